import type { Heard } from './plain-client.ts';

/** What came of one publish, in words for the table of docs/security.md. */
export function outcomeOf(answer: Heard | undefined): string {
  if (answer === undefined) return 'no answer';
  const status = /^NATS\/1\.0 (\d+)/.exec(answer.headers)?.[1];
  if (status === '404') return 'nothing found';
  if (status === '503') return 'nobody hears it';
  if (status !== undefined) return `status ${status}`;
  const reply = parsed(answer.payload);
  if (reply.error) return `refused: ${reasonOf(reply.error)}`;
  if (reply.stream) return 'stored';
  return /Nats-Sequence/.test(answer.headers) ? 'its own result' : 'another answer';
}

interface JetStreamError {
  err_code: number;
  description: string;
}

/** Without what differs from one time to another: `wrong last sequence (10071)`. */
const reasonOf = ({ err_code, description }: JetStreamError): string =>
  `${description.split(':')[0]} (${err_code})`;

interface Reply {
  stream?: string;
  error?: JetStreamError;
}

function parsed(payload: string): Reply {
  try {
    return JSON.parse(payload);
  } catch {
    return {};
  }
}

/** Each of them once, in order. */
export const distinct = (outcomes: readonly string[]): string[] => [...new Set(outcomes)].sort();
