import type { QueueMode } from '../../core/domain/user/user.ts';
import { isModelName } from '../../schemas/agent-model.ts';
import type { ButtonData } from '../../schemas/events/delivery.ts';
import { isToken } from '../../schemas/ids.ts';

/** What the press of a button means. */
export type Press =
  | { kind: 'answer'; questionId: string; option: number }
  | { kind: 'switch'; agentId: string }
  /** One that has ended is to go on. */
  | { kind: 'resume'; agentId: string }
  | { kind: 'mode'; mode: QueueMode }
  /** New agents begin in this project. */
  | { kind: 'project'; projectId: string }
  /** A new agent of this kind, with this model. */
  | { kind: 'model'; of: string; model: string }
  /** A job may run, may not, or is to end. */
  | { kind: 'job'; what: JobPress; jobId: string };

export type JobPress = 'yes' | 'no' | 'cancel';

/** Telegram carries 64 bytes with a button. */
const MAX_BYTES = 64;
/** What a question's own id may have of them. */
const MAX_ID = MAX_BYTES - 'a:99:'.length;

/** A button shows its beginning; the answer is the whole choice. */
const MAX_LABEL = 60;

/** One button a choice. The id is the question's, and none where it is too long for a button. */
export function answerButtons(questionId: string, options: readonly string[]): ButtonData[] {
  if (questionId.length > MAX_ID) return [];
  return options.map((text, index) => ({
    text: text.length > MAX_LABEL ? `${text.slice(0, MAX_LABEL).toWellFormed()}…` : text,
    data: `a:${index}:${questionId}`,
  }));
}

export const switchButton = (agentId: string, label: string): ButtonData => ({
  text: label,
  data: `s:${agentId}`,
});

export const resumeButton = (agentId: string, label: string): ButtonData => ({
  text: label,
  data: `r:${agentId}`,
});

export const modeButton = (mode: QueueMode, label: string): ButtonData => ({
  text: label,
  data: `m:${mode}`,
});

export const projectButton = (projectId: string, name: string): ButtonData => ({
  text: name,
  data: `p:${projectId}`,
});

export const modelButton = (kind: string, model: string): ButtonData => ({
  text: model,
  data: `n:${kind}:${model}`,
});

export const jobButton = (what: JobPress, jobId: string, label: string): ButtonData => ({
  text: label,
  data: `j:${what}:${jobId}`,
});

/** Reads what a button carries; undefined for anything else, such as a button of another version. */
export function parsePress(data: string): Press | undefined {
  const [kind, first = '', second = ''] = data.split(':');
  if (kind === 'a' && /^\d{1,2}$/.test(first) && second !== '') {
    return { kind: 'answer', questionId: second, option: Number(first) };
  }
  if (kind === 'p' && first !== '') return { kind: 'project', projectId: first };
  if (
    kind === 'j' &&
    (first === 'yes' || first === 'no' || first === 'cancel') &&
    isToken(second)
  ) {
    return { kind: 'job', what: first, jobId: second };
  }
  if (kind === 's' && first !== '') return { kind: 'switch', agentId: first };
  if (kind === 'r' && first !== '') return { kind: 'resume', agentId: first };
  if (kind === 'm' && (first === 'join' || first === 'wait' || first === 'interrupt')) {
    return { kind: 'mode', mode: first };
  }
  // The name of a model may have colons.
  const model = data.slice(`n:${first}:`.length);
  if (kind === 'n' && first !== '' && isModelName(model))
    return { kind: 'model', of: first, model };
  return undefined;
}
