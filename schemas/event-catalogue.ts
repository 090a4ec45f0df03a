import type { z } from 'zod';
import { commandEvents } from './events/command.ts';
import { deliveryEvents } from './events/delivery.ts';
import { jobEvents, jobTimerEvents } from './events/job.ts';
import { logEvents } from './events/log.ts';
import { nodeEvents } from './events/node.ts';
import { processEvents } from './events/process.ts';
import { projectEvents } from './events/project.ts';
import { responseEvents } from './events/response.ts';
import { timerEvents } from './events/timer.ts';
import { tokenEvents } from './events/token.ts';
import { declaredToolEvents, resultEvents, toolEvents } from './events/tool.ts';
import { turnEvents } from './events/turn.ts';
import { userEvents } from './events/user.ts';

/** Every event of the EVENTS stream by its `ce-type`, with the schema of its data. */
export const EVENT_CATALOGUE = {
  ...commandEvents,
  ...processEvents,
  ...turnEvents,
  ...responseEvents,
  ...toolEvents,
  ...declaredToolEvents,
  ...resultEvents,
  ...timerEvents,
  ...userEvents,
  ...projectEvents,
  ...nodeEvents,
  ...tokenEvents,
  ...logEvents,
  ...deliveryEvents,
  ...jobEvents,
  ...jobTimerEvents,
};

type Catalogue = typeof EVENT_CATALOGUE;

export type EventType = keyof Catalogue;

/** The data of an event type, as readers get it (defaults filled in). */
export type DataOf<T extends EventType> = z.infer<Catalogue[T]>;

export const isEventType = (type: string): type is EventType =>
  Object.hasOwn(EVENT_CATALOGUE, type);
