/** A tool that the CLI offers to the model, whatever its API calls it. */
export interface OfferedTool {
  name: string;
  /** JSON schema of its input. */
  schema: JsonObject;
}

/** One entry of a conversation: what somebody said, called, or got back. */
export interface ConversationPart {
  from: 'instructions' | 'user' | 'model' | 'tool';
  text: string;
}

/** What a CLI asked its model, told the same for every API. */
export interface ModelRequest {
  api: 'anthropic' | 'openai' | 'gemini';
  model: string;
  parts: readonly ConversationPart[];
  tools: readonly OfferedTool[];
  /** The key that came with it, in whichever header. */
  key: string;
  stream: boolean;
}

/** What the model does next. */
export type ModelReply =
  | { do: 'say'; text: string }
  /** Calls the CLI's shell tool; `unsandboxed` asks to leave its sandbox, where it has one. */
  | { do: 'shell'; command: string; unsandboxed?: true }
  /** Calls a tool that there is none of, with an input that is none. */
  | { do: 'nonsense' }
  /** Refuses with an HTTP status; `type` is the API's own name for the error. */
  | { do: 'refuse'; status: number; type: string; message: string }
  /** Begins to talk, and breaks the connection. */
  | { do: 'cut'; text: string }
  /** Sends what no API sends. */
  | { do: 'garbage'; body: string }
  /** Begins, and goes on when the promise resolves. */
  | { do: 'wait'; until: Promise<unknown>; next: ModelReply };

export type ModelScript = (request: ModelRequest) => ModelReply;

export type JsonObject = Record<string, unknown>;

export const object = (value: unknown): JsonObject =>
  // Anything that is an object can be looked into by name.
  typeof value === 'object' && value !== null ? (value as JsonObject) : {};

export const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

export const string = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Any text below a value: contents come as strings, as blocks, and as blocks in blocks. */
export function textIn(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(textIn).join('\n');
  return Object.values(object(value)).map(textIn).join('\n');
}
