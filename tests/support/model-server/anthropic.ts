import {
  type ConversationPart,
  type JsonObject,
  list,
  type ModelRequest,
  object,
  string,
  textIn,
} from './model-request.ts';
import type { ModelApi, WireReply } from './wire.ts';

/** Anthropic Messages: `POST /v1/messages`. */
export const anthropicApi: ModelApi = {
  handles: (path) => /\/v1\/messages(\/count_tokens)?$/.test(path),
  parse: (_path, body, headers) => parseRequest(body, headers),
  shortcut: (path) => (path.endsWith('/count_tokens') ? { input_tokens: 10 } : undefined),
  events: (reply, request) => sse(messageEvents(reply, request.model)),
  whole: (reply, request) => message(reply, request.model),
  error: (type, text) => ({ type: 'error', error: { type, message: text } }),
};

function parseRequest(body: JsonObject, headers: Record<string, string>): ModelRequest {
  const messages = list(body.messages).map(object);
  return {
    api: 'anthropic',
    model: string(body.model),
    parts: [{ from: 'instructions', text: textIn(body.system) }, ...messages.flatMap(partsOf)],
    tools: list(body.tools)
      .map(object)
      .map((tool) => ({ name: string(tool.name), schema: object(tool.input_schema) })),
    key: headers['x-api-key'] ?? headers.authorization ?? '',
    stream: body.stream === true,
  };
}

/** A message during a turn comes as a `system` message of the newer Claude. */
function partsOf(message: JsonObject): ConversationPart[] {
  const from = message.role === 'assistant' ? 'model' : 'user';
  if (typeof message.content === 'string') return [{ from, text: message.content }];
  return list(message.content)
    .map(object)
    .map((block) => ({
      from: block.type === 'tool_result' ? ('tool' as const) : from,
      text: block.type === 'tool_use' ? textIn(block.input) : textIn(block.text ?? block.content),
    }));
}

const blockOf = (reply: WireReply): JsonObject =>
  reply.call === undefined
    ? { type: 'text', text: reply.text }
    : { type: 'tool_use', id: reply.id, name: reply.call.tool, input: reply.call.input };

const USAGE = { input_tokens: 10, output_tokens: 10 };

const message = (reply: WireReply, model: string): JsonObject => ({
  id: `msg_${reply.id}`,
  type: 'message',
  role: 'assistant',
  model,
  content: [blockOf(reply)],
  stop_reason: reply.call === undefined ? 'end_turn' : 'tool_use',
  stop_sequence: null,
  usage: USAGE,
});

function* messageEvents(reply: WireReply, model: string): Generator<JsonObject> {
  const begun = { ...message(reply, model), content: [], stop_reason: null };
  yield { type: 'message_start', message: begun };
  const block = blockOf(reply);
  const empty = reply.call === undefined ? { ...block, text: '' } : { ...block, input: {} };
  yield { type: 'content_block_start', index: 0, content_block: empty };
  const delta =
    reply.call === undefined
      ? { type: 'text_delta', text: reply.text }
      : { type: 'input_json_delta', partial_json: JSON.stringify(reply.call.input) };
  yield { type: 'content_block_delta', index: 0, delta };
  yield { type: 'content_block_stop', index: 0 };
  const stop_reason = reply.call === undefined ? 'end_turn' : 'tool_use';
  yield { type: 'message_delta', delta: { stop_reason, stop_sequence: null }, usage: USAGE };
  yield { type: 'message_stop' };
}

function* sse(events: Iterable<JsonObject>): Generator<string> {
  for (const event of events) {
    yield `event: ${string(event.type)}\ndata: ${JSON.stringify(event)}\n\n`;
  }
}
