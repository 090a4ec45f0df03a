import { errors, type NatsConnection } from '@nats-io/transport-node';
import { ERRORS, type ErrorCode, OrchestratorError } from '../../schemas/errors.ts';
import { viewSubject } from '../../schemas/view-subject.ts';
import { VIEWS, type ViewName, type ViewRequest, type ViewResponse } from '../../schemas/views.ts';
import { orAborted } from '../async/or-aborted.ts';
import { LONGEST_TIMER_MS } from '../async/timer.ts';

export interface ViewRequestOptions {
  /** How long an answer may take; 10 seconds. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

const TIMEOUT_MS = 10_000;

/** Asks the projections over NATS request/reply. */
export class ViewsClient {
  readonly #nc: NatsConnection;

  constructor(nc: NatsConnection) {
    this.#nc = nc;
  }

  /**
   * Throws ORC_NOT_REACHABLE where no projections run, ORC_TIMED_OUT, and the error that the view
   * answers with; the signal's reason where it aborts first.
   */
  async request<N extends ViewName>(
    name: N,
    input: ViewRequest<N>,
    options: ViewRequestOptions = {},
  ): Promise<ViewResponse<N>> {
    options.signal?.throwIfAborted();
    const timeout = Math.min(options.timeoutMs ?? TIMEOUT_MS, LONGEST_TIMER_MS);
    const request = this.#nc
      .request(viewSubject(name), JSON.stringify(input), { timeout })
      .catch((error: unknown) => {
        throw requestError(error);
      });
    const reply = await orAborted(request, options.signal);
    const failure = reply.headers?.get('Nats-Service-Error');
    if (failure) throw serviceError(failure);
    // The schema is that of this very view; the compiler cannot follow the lookup by name.
    return VIEWS[name].response.parse(reply.json()) as ViewResponse<N>;
  }
}

function requestError(cause: unknown): OrchestratorError {
  for (let at = cause; at instanceof Error; at = at.cause) {
    if (at instanceof errors.NoRespondersError) {
      return new OrchestratorError(
        'ORC_NOT_REACHABLE',
        'No projections are running, which serve this',
        { cause },
      );
    }
    if (at instanceof errors.TimeoutError) {
      return new OrchestratorError('ORC_TIMED_OUT', 'The projections did not answer in time', {
        cause,
      });
    }
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new OrchestratorError('ORC_NOT_REACHABLE', `NATS did not answer: ${reason}`, { cause });
}

/** `ORC_CODE: what is wrong`, as the views answer it. */
function serviceError(text: string): OrchestratorError {
  const [, code = '', message = text] = /^(ORC_\w+): (.*)$/s.exec(text) ?? [];
  return new OrchestratorError(isErrorCode(code) ? code : 'ORC_INTERNAL', message);
}

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(ERRORS, code);
