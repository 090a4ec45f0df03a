import type { z } from 'zod';
import { SCOPES, type Scope } from '../events/token.ts';

/** What an address wants of whoever asks. */
export type Wanted = Scope | 'open' | 'agent' | 'job';

/** Each scope includes those before it. */
export const includesScope = (scope: Scope, wanted: Scope): boolean =>
  SCOPES.indexOf(scope) >= SCOPES.indexOf(wanted);

/** What an address answers otherwise than by JSON, by what asks for it. */
export interface OtherAnswer {
  type:
    | 'text/plain'
    | 'text/event-stream'
    | 'text/html'
    | 'text/css'
    | 'text/javascript'
    | 'application/octet-stream'
    | 'application/gzip';
  when: string;
}

/** One address of the HTTP API, as data: the server, its documents and its tests are made from it. */
export interface HttpRoute {
  method: 'GET' | 'POST' | 'DELETE';
  /** With parameters in braces, as OpenAPI has them. */
  path: string;
  /**
   * What a token has to have; `open`: anybody may; `agent`: an agent by its proof or its token; `job`: the
   * token of the very job, and no other.
   */
  scope: Wanted;
  summary: string;
  details?: string;
  params?: z.ZodObject;
  query?: z.ZodObject;
  /** An object, parsed strictly; or a record, whose entries another schema knows. */
  body?: z.ZodObject | z.ZodRecord;
  /** The body is bytes. */
  takesBytes?: true;
  /** Of the answer, where all went well. */
  status: 101 | 200 | 201;
  answer?: z.ZodType;
  other?: readonly OtherAnswer[];
  /** Another protocol answers there, whatever the method. */
  speaks?: 'mcp';
  /** It is opened as a WebSocket (RFC 6455); its frames are those of `chat-frames.ts`. */
  socket?: true;
  /** `Prefer: wait=<seconds>` waits for the outcome; without it, or where it comes too late, the answer is 202. */
  waits?: true;
  /** An `Idempotency-Key` makes a repeat harmless. */
  once?: true;
}
