import { ERRORS, type ErrorCode, OrchestratorError } from '../../schemas/errors.ts';

/**
 * What the HTTP API answers, as JSON. Throws ORC_NOT_REACHABLE where nobody does, and the error of its problem.
 *
 * @param api its address, to be named
 */
export async function answerOf(url: URL, asked: RequestInit, api: string): Promise<unknown> {
  const [response, answer] = await fetch(url, asked)
    .then(async (heard): Promise<[Response, unknown]> => [heard, await heard.json()])
    .catch((cause: unknown) => {
      throw noAnswer(api, cause);
    });
  if (!response.ok) throw problemError(answer, response.status);
  return answer;
}

const noAnswer = (api: string, cause: unknown): OrchestratorError => {
  const told = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  const reason = told instanceof Error ? told.message || told.name : String(told);
  return new OrchestratorError('ORC_NOT_REACHABLE', `${api} does not answer: ${reason}`, {
    cause,
    cure: 'Nothing was sent: try again later.',
  });
};

/** The error of a problem (RFC 9457); a proxy in between may say something else. */
function problemError(answer: unknown, status: number): OrchestratorError {
  const { code, detail, cure } = Object(answer) as Record<string, unknown>;
  const known = typeof code === 'string' && isErrorCode(code) ? code : 'ORC_NOT_REACHABLE';
  const what = typeof detail === 'string' ? detail : `the API answers ${status}`;
  return new OrchestratorError(known, what, typeof cure === 'string' ? { cure } : {});
}

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(ERRORS, code);
