import type { ErrorCode } from '../../schemas/errors.ts';

/** Why a turn came to nothing, as `turn.signalled` has it. */
export interface TurnProblem {
  code: Extract<
    ErrorCode,
    | 'ORC_MODEL_ERROR'
    | 'ORC_MODEL_BUSY'
    | 'ORC_MODEL_LOGIN'
    | 'ORC_AGENT_CRASHED'
    | 'ORC_TURN_INTERRUPTED'
  >;
  detail: string;
}

const LOGIN = /\b40[13]\b|auth|api[ _-]?key|credential|log ?in|unauthori[sz]ed|expired/i;
const BUSY = /\b(429|503|529)\b|overloaded|rate.?limit|too many requests|quota|exhausted/i;

/** What an error of a model API means for people. A status, where there is one, says it best. */
export function modelProblem(text: string, status?: number): TurnProblem {
  const detail = text.replace(/\s+/g, ' ').trim().slice(0, 500) || 'no reason given';
  if (status === 401 || status === 403) return { code: 'ORC_MODEL_LOGIN', detail };
  if (status === 429 || status === 503 || status === 529) return { code: 'ORC_MODEL_BUSY', detail };
  if (status !== undefined) return { code: 'ORC_MODEL_ERROR', detail };
  if (BUSY.test(text)) return { code: 'ORC_MODEL_BUSY', detail };
  if (LOGIN.test(text)) return { code: 'ORC_MODEL_LOGIN', detail };
  return { code: 'ORC_MODEL_ERROR', detail };
}
