import { z } from 'zod';
import type { Json } from '../../../schemas/redis/python-json.ts';
import { CommandError } from './command-error.ts';

const object = z.record(z.string(), z.json());

/** The parameters of a command. */
export type Request = Readonly<Record<string, Json>>;

/** Reads the `data` field of an entry of `cli-agent:commands`. Throws {@link CommandError}. */
export function parseRequest(data: string | undefined): Request {
  if (data === undefined) throw new CommandError("Missing 'data' field");
  const parsed = object.safeParse(parseJson(data));
  if (!parsed.success) throw new CommandError('Invalid command: not a JSON object');
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CommandError(`Invalid JSON: ${reason}`, { cause });
  }
}

/** A parameter that must be there and not be empty; `missing` is the older service's error. */
export function textOf(request: Request, name: string, missing: string): string {
  const value = request[name];
  if (typeof value === 'string' && value !== '') return value;
  throw new CommandError(missing);
}

/** A number of seconds, or the default where there is none (0 and null are none). */
export function secondsOf(request: Request, name: string, fallback: number): number {
  const value = request[name];
  return typeof value === 'number' && value > 0 ? value : fallback;
}

/** A parameter in the form of Python's `str.format`. */
export const shownParameter = (value: Json | undefined): string =>
  typeof value === 'string'
    ? value
    : value === undefined || value === null
      ? 'None'
      : String(value);
