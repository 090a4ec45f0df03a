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

/** OpenAI Responses: `POST /v1/responses`. */
export const openaiResponsesApi: ModelApi = {
  handles: (path) => path.endsWith('/responses'),
  parse: (_path, body, headers) => parseRequest(body, headers),
  shortcut: () => undefined,
  events: (reply) => sse(responseEvents(reply)),
  whole: (reply) => response(reply, 'completed'),
  error: (type, text) => ({ error: { type, code: type, message: text } }),
};

function parseRequest(body: JsonObject, headers: Record<string, string>): ModelRequest {
  const input = typeof body.input === 'string' ? [{ content: body.input }] : list(body.input);
  return {
    api: 'openai',
    model: string(body.model),
    parts: [
      { from: 'instructions', text: string(body.instructions) },
      ...input.map(object).map(partOf),
    ],
    tools: list(body.tools)
      .map(object)
      .map((tool) => ({ name: string(tool.name), schema: object(tool.parameters) })),
    key: headers.authorization ?? '',
    stream: body.stream === true,
  };
}

function partOf(item: JsonObject): ConversationPart {
  switch (item.type) {
    case 'function_call':
      return { from: 'model', text: string(item.arguments) };
    case 'function_call_output':
      return { from: 'tool', text: textIn(item.output) };
    default: {
      const from = item.role === 'assistant' ? 'model' : 'user';
      return {
        from: item.role === 'developer' ? 'instructions' : from,
        text: textIn(item.content),
      };
    }
  }
}

const itemOf = (reply: WireReply): JsonObject =>
  reply.call === undefined
    ? {
        type: 'message',
        id: `msg_${reply.id}`,
        role: 'assistant',
        status: 'completed',
        content: [{ type: 'output_text', text: reply.text, annotations: [] }],
      }
    : {
        type: 'function_call',
        id: `fc_${reply.id}`,
        call_id: reply.id,
        name: reply.call.tool,
        arguments: JSON.stringify(reply.call.input),
        status: 'completed',
      };

const response = (reply: WireReply, status: string): JsonObject => ({
  id: `resp_${reply.id}`,
  object: 'response',
  status,
  output: status === 'completed' ? [itemOf(reply)] : [],
  usage: {
    input_tokens: 10,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: 10,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 20,
  },
});

function* responseEvents(reply: WireReply): Generator<JsonObject> {
  yield { type: 'response.created', response: response(reply, 'in_progress') };
  const item = itemOf(reply);
  const begun = reply.call === undefined ? { ...item, content: [] } : { ...item, arguments: '' };
  yield { type: 'response.output_item.added', output_index: 0, item: begun };
  if (reply.call === undefined) {
    const place = { item_id: `msg_${reply.id}`, output_index: 0, content_index: 0 };
    yield { type: 'response.output_text.delta', ...place, delta: reply.text };
  }
  yield { type: 'response.output_item.done', output_index: 0, item };
  yield { type: 'response.completed', response: response(reply, 'completed') };
}

function* sse(events: Iterable<JsonObject>): Generator<string> {
  for (const event of events) {
    yield `event: ${string(event.type)}\ndata: ${JSON.stringify(event)}\n\n`;
  }
}
