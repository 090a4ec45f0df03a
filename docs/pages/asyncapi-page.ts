import { asyncApi } from '../../schemas/asyncapi.ts';

/** `docs/asyncapi.json`: what `GET /asyncapi.json` answers. */
export const asyncApiPage = (): string => `${JSON.stringify(asyncApi(), null, 2)}\n`;
