import type { ModelReply, ModelRequest, ModelScript } from './model-request.ts';

/** Test messages carry their name: `MSG[one] please answer`. */
const MARK = /MSG\[([^\]]+)\]/g;

const marksIn = (texts: readonly string[]): string[] => [
  ...new Set(texts.flatMap((text) => [...text.matchAll(MARK)].map(([, name = '']) => name))),
];

const textsFrom = (request: ModelRequest, ...from: string[]): string[] =>
  request.parts.filter((part) => from.includes(part.from)).map(({ text }) => text);

/** The names of all messages that the request still holds: the proof that context is kept. */
export const asked = (request: ModelRequest): string[] => marksIn(textsFrom(request, 'user'));

/** Those that the model has not answered yet. */
export function unanswered(request: ModelRequest): string[] {
  const done = textsFrom(request, 'model').join('\n');
  return asked(request).filter((name) => !done.includes(`<${name}>`));
}

/** A text as one word for the shell. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** The model's answer names what it answers, `<one>`, and all that it remembers. */
export const answerTo = (request: ModelRequest): ModelReply => ({
  do: 'shell',
  command: `orchestrator answer ${quoted(
    `${unanswered(request)
      .map((name) => `<${name}>`)
      .join(' ')} of ${asked(request).join(',')}`,
  )}`,
});

/** Answers every message through the shell, and then ends its turn. */
export const answersEach: ModelScript = (request) =>
  unanswered(request).length > 0 && request.tools.length > 0
    ? answerTo(request)
    : { do: 'say', text: 'Done.' };

/** A command of the model's shell; it calls it when `until` has resolved. */
export type ModelStep = string | { command: string; until: Promise<unknown> };

/**
 * Does what the newest message asks by a plan of that name, one command of the shell after the other,
 * and then ends its turn. Each begins by saying which it is, so that none is called twice.
 */
export const following =
  (plans: Readonly<Record<string, readonly ModelStep[]>>): ModelScript =>
  (request) => {
    if (request.tools.length === 0) return { do: 'say', text: 'A title.' };
    const name = asked(request).at(-1) ?? '';
    const called = textsFrom(request, 'model').join('\n');
    const steps = (plans[name] ?? []).map((step, nth) => ({ step, mark: `step=${name}-${nth};` }));
    const next = steps.find(({ mark }) => !called.includes(mark));
    if (next === undefined) return { do: 'say', text: 'Done.' };
    const { step, mark } = next;
    if (typeof step === 'string') return { do: 'shell', command: `${mark} ${step}` };
    const { command, until } = step;
    return { do: 'wait', until, next: { do: 'shell', command: `${mark} ${command}` } };
  };

/** What the model's tools have printed, as it was told. */
export const printed = (request: ModelRequest): string => textsFrom(request, 'tool').join('\n');
