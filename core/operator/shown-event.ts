import type { z } from 'zod';
import { eventShown } from '../../schemas/http/shapes.ts';
import type { StoredMessage } from '../log/stored-message.ts';
import { eventJson } from './event-line.ts';

export type EventShown = z.infer<typeof eventShown>;

/** A stored message as programs are shown it. */
export const shownEvent = (message: StoredMessage): EventShown =>
  eventShown.parse(JSON.parse(eventJson(message)));
