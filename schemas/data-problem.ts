import type { z } from 'zod';
import { EVENT_CATALOGUE, type EventType } from './event-catalogue.ts';

/**
 * What keeps readers from understanding this data, as `<field>: <reason>`; undefined for nothing.
 * What is stored stays: so whoever states what somebody else has asked for looks at it first.
 */
export function dataProblem(type: EventType, data: unknown): string | undefined {
  const schema: z.ZodType = EVENT_CATALOGUE[type];
  const issue = schema.safeParse(data).error?.issues[0];
  return issue && `${issue.path.join('.') || 'data'}: ${issue.message}`;
}
