import type { ServerResponse } from 'node:http';
import {
  asOrchestratorError,
  ERRORS,
  type ErrorCode,
  OrchestratorError,
} from '../../schemas/errors.ts';
import type { Problem } from '../../schemas/http/problem.ts';

export interface ProblemAnswer {
  status: number;
  body: Problem;
}

/** What Fastify itself refuses, by its status, in our words. */
const REFUSED: Readonly<Record<number, { code: ErrorCode; cure: string }>> = {
  413: { code: 'ORC_TOO_LARGE', cure: 'Send less, or a file by `POST /agents/{agent}/files`.' },
  429: { code: 'ORC_RATE_LIMIT', cure: ERRORS.ORC_RATE_LIMIT.cure },
};

/** Codes whose cure is that of a command line. */
const TYPED = new Set<ErrorCode>(['ORC_USAGE', 'ORC_BAD_INPUT', 'ORC_EMPTY']);

/** Any error as RFC 9457 has it, with its code and its cure. */
export function problemOf(error: unknown): ProblemAnswer {
  const shown = shownError(error);
  const { code, message } = shown;
  const { status, meaning } = ERRORS[code];
  const isTyped = shown.ownCure === undefined && TYPED.has(code);
  const cure = isTyped ? '`/docs` says what this address takes.' : shown.cure;
  const body = { type: `/docs#${code}`, title: meaning, status, detail: message, code, cure };
  return { status, body };
}

/** What Fastify refuses (a body that is no JSON, too large, …) is the caller's to mend. */
function shownError(error: unknown): OrchestratorError {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  const isRefused = typeof status === 'number' && status >= 400 && status < 500;
  if (!isRefused || error instanceof OrchestratorError) return asOrchestratorError(error);
  const { message } = asOrchestratorError(error);
  const known = REFUSED[status];
  if (known === undefined) return new OrchestratorError('ORC_BAD_INPUT', message);
  return new OrchestratorError(known.code, message, { cure: known.cure });
}

/** Answers with a problem where nothing else is there to do it. */
export function sendProblem(response: ServerResponse, error: unknown): void {
  const { status, body } = problemOf(error);
  response.writeHead(status, { 'content-type': PROBLEM_TYPE }).end(JSON.stringify(body));
}

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';
