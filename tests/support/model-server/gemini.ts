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

/** Gemini: `POST /v1beta/models/<model>:generateContent` and `:streamGenerateContent`. */
export const geminiApi: ModelApi = {
  handles: (path) => path.includes('/models/') && path.includes(':'),
  parse: parseRequest,
  shortcut: (path) => (path.includes(':countTokens') ? { totalTokens: 10 } : undefined),
  events: (reply) => [`data: ${JSON.stringify(content(reply))}\n\n`],
  whole: (reply) => content(reply),
  error: (type, text, status) => ({ error: { code: status, message: text, status: type } }),
};

function parseRequest(
  path: string,
  body: JsonObject,
  headers: Record<string, string>,
): ModelRequest {
  const [, model = ''] = /\/models\/([^:]+):/.exec(path) ?? [];
  return {
    api: 'gemini',
    model,
    parts: [
      { from: 'instructions', text: textIn(body.systemInstruction) },
      ...list(body.contents).map(object).flatMap(partsOf),
    ],
    tools: list(body.tools)
      .flatMap((tool) => list(object(tool).functionDeclarations))
      .map(object)
      .map((tool) => ({
        name: string(tool.name),
        schema: object(tool.parametersJsonSchema ?? tool.parameters),
      })),
    key: headers['x-goog-api-key'] ?? '',
    stream: path.includes(':stream'),
  };
}

function partsOf(message: JsonObject): ConversationPart[] {
  const from = message.role === 'model' ? 'model' : 'user';
  return list(message.parts)
    .map(object)
    .map((part) =>
      part.functionResponse === undefined
        ? { from, text: textIn(part.text ?? part.functionCall) }
        : { from: 'tool', text: textIn(part.functionResponse) },
    );
}

const content = (reply: WireReply): JsonObject => ({
  candidates: [
    {
      index: 0,
      finishReason: 'STOP',
      content: {
        role: 'model',
        parts: [
          reply.call === undefined
            ? { text: reply.text }
            : { functionCall: { id: reply.id, name: reply.call.tool, args: reply.call.input } },
        ],
      },
    },
  ],
  usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 10, totalTokenCount: 20 },
});
