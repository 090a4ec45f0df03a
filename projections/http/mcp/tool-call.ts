import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { OrchestratorError } from '../../../schemas/errors.ts';
import { type Call, idOfKey, LONGEST_WAIT_S, parsed } from '../route-call.ts';
import type { McpTool } from './mcp-tools.ts';

/** Who calls a tool, as far as its route wants to know. */
export interface ToolCaller {
  /** Where the caller's own trace is (W3C Trace Context). */
  traceparent: string | undefined;
  signal: AbortSignal;
}

/** A tool's input as its route takes it, and the key that it goes by. */
export interface ToolCall {
  call: Omit<Call<'getJob'>, 'params' | 'query' | 'body' | 'raw' | 'scope'>;
  key: string | undefined;
}

/** Throws ORC_BAD_INPUT that names what does not fit. */
export function toolCall(
  { input, route, waitS, keyed }: McpTool,
  given: Record<string, unknown>,
  { traceparent, signal }: ToolCaller,
): ToolCall {
  const unknown = Object.keys(given).find((field) => !(field in input.shape));
  if (unknown !== undefined) throw new OrchestratorError('ORC_BAD_INPUT', `${unknown}: unknown`);
  const { wait: wantedS = waitS, key: theirs } = own(given);
  const key = theirs ?? (keyed ? randomUUID() : undefined);
  const { params, query, body } = route;
  const call = {
    params: parsed(params, partOf(given, params)),
    query: parsed(query, partOf(given, query)),
    body: parsed(body, partOf(given, body)),
    bytes: Buffer.alloc(0),
    waitMs: wantedS === undefined ? undefined : wantedS * 1000,
    token: undefined,
    key: key === undefined ? undefined : idOfKey(key, 'key'),
    speaker: undefined,
    traceparent,
    lastEventId: undefined,
    // Lines of a log are read by a model as they are.
    prefers: (type: string) => type === 'text/plain',
    acceptsGzip: false,
    signal,
  };
  return { call, key };
}

/** What a call has beside the parts of its route. Throws ORC_BAD_INPUT. */
function own({ wait, key }: Record<string, unknown>): z.output<typeof OWN> {
  const result = OWN.safeParse({ wait, key });
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new OrchestratorError('ORC_BAD_INPUT', `${issue?.path.join('.')}: ${issue?.message}`);
}

const OWN = z.object({
  wait: z.number().int().min(0).max(LONGEST_WAIT_S).optional(),
  key: z.string().optional(),
});

function partOf(given: Record<string, unknown>, schema: HttpPart): Record<string, unknown> {
  if (!(schema instanceof z.ZodObject)) return {};
  return Object.fromEntries(Object.entries(given).filter(([field]) => field in schema.shape));
}

type HttpPart = McpTool['route']['body'];
