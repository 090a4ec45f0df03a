import { z } from 'zod';
import { OrchestratorError } from '../../schemas/errors.ts';

/** Unknown fields are whoever relays it's. */
const envelope = z.looseObject({
  prompt: z.string().min(1),
  attachments: z.array(z.unknown()).optional(),
});

const UTF8 = new TextDecoder('utf-8', { fatal: true });
const CURE = 'Send the text as it is, or `{"prompt": "…"}`.';

/**
 * The text of a prompt (§5.3 of the protocol): plain, or in an envelope of JSON. Pure. Throws ORC_BAD_INPUT for what
 * is neither, and for attachments, which are not taken.
 */
export function promptText(payload: Uint8Array): string {
  const text = decoded(payload);
  if (!/^[\t\n\r ]*\{/.test(text)) {
    if (text.trim() === '') throw wrong('A prompt has a text');
    return text;
  }
  const parsed = envelope.safeParse(jsonOf(text));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw wrong(`${issue?.path.join('.') || 'envelope'}: ${issue?.message}`);
  }
  const { prompt, attachments = [] } = parsed.data;
  if (attachments.length === 0) return prompt;
  const cure = 'Send files by `POST /agents/{agent}/files` of the HTTP API.';
  throw new OrchestratorError('ORC_BAD_INPUT', 'Attachments are not taken here', { cure });
}

function decoded(payload: Uint8Array): string {
  try {
    return UTF8.decode(payload);
  } catch {
    throw wrong('A prompt is text in UTF-8');
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw wrong('It begins as JSON, and is none');
  }
}

const wrong = (what: string) => new OrchestratorError('ORC_BAD_INPUT', what, { cure: CURE });
