import type { JsonObject, ModelRequest } from './model-request.ts';

/** What goes over the wire: a text, or the call of a tool. */
export interface WireReply {
  id: string;
  text: string;
  call?: { tool: string; input: unknown };
}

/** One model API: how its requests are read, and how its replies are written. */
export interface ModelApi {
  handles(path: string): boolean;
  parse(path: string, body: JsonObject, headers: Record<string, string>): ModelRequest;
  /** The reply to what is no conversation, such as counting tokens. */
  shortcut(path: string): JsonObject | undefined;
  /** A streamed reply, as the texts that are written one after the other. */
  events(reply: WireReply, request: ModelRequest): Iterable<string>;
  whole(reply: WireReply, request: ModelRequest): JsonObject;
  error(type: string, message: string, status: number): JsonObject;
}
