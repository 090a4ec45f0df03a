import { createHmac } from 'node:crypto';
import type { Logger } from 'pino';
import { z } from 'zod';
import { callbackHash, callbackToken } from '../../core/domain/job/job-callback.ts';
import type { JobEnd } from '../../core/domain/job/job-end-events.ts';
import { traceparentOfJob } from '../../core/domain/job/job-state.ts';
import { serviceEnd } from '../../core/domain/job/service-end.ts';
import { delay } from '../../platform/async/delay.ts';
import { orAborted } from '../../platform/async/or-aborted.ts';
import { retry } from '../../platform/async/retry.ts';
import { derivedId } from '../../schemas/ids.ts';
import type { HttpExecutorOptions as Declared } from '../../schemas/tool-declaration.ts';
import type { Executor, JobHandle, JobOrder } from './executor.ts';

export interface HttpExecutorOptions {
  /** The spawner's own environment, which has the keys that declarations name. */
  environment: NodeJS.ProcessEnv;
  logger: Logger;
}

/** For one request and its answer. */
const REQUEST_MS = 30_000;
/** Characters of an answer that is refused, as a reason shows them. */
const SHOWN = 300;
const MAX_ANSWER_BYTES = 1024 * 1024;

/** What a service says of a job. */
const answerSchema = z.object({
  state: z.enum(['working', 'completed', 'failed']).optional(),
  result: z.json().optional(),
  error: z.string().optional().catch(undefined),
  percent: z.number().optional().catch(undefined),
  text: z.string().optional().catch(undefined),
});
type ServiceAnswer = z.infer<typeof answerSchema>;

/** It is worth trying again: nobody knows whether the service has heard it, or it asks for that. */
class Passing extends Error {}

/** The service will never do it. */
class Refused extends Error {}

const AGAIN: ReadonlySet<number> = new Set([408, 425, 429]);

/**
 * A service does the job. Each request bears the job's id as its idempotency key, by which the service
 * knows again what it has been asked for: so it may be sent again, after a fault or by the next spawner.
 */
export class HttpExecutor implements Executor {
  readonly #options: HttpExecutorOptions;

  constructor(options: HttpExecutorOptions) {
    this.#options = options;
  }

  callbackHash({ job, tool: { executor } }: Pick<JobOrder, 'job' | 'tool'>): string | undefined {
    if (executor.kind !== 'http' || executor.callback === undefined) return undefined;
    const key = executor.secret && this.#options.environment[executor.secret];
    return key ? callbackHash(callbackToken(key, job.jobId)) : undefined;
  }

  async start(order: JobOrder): Promise<JobHandle | { failed: string }> {
    const { executor, name } = order.tool;
    if (executor.kind !== 'http') return { failed: `${name} is no service any more` };
    const { secret } = executor;
    const key = secret === undefined ? undefined : this.#options.environment[secret];
    if (secret !== undefined && !key) {
      return { failed: `the spawner's environment lacks ${secret}` };
    }
    return new HttpRun(order, executor, key, this.#options.logger);
  }

  async attach(order: JobOrder): Promise<JobHandle | undefined> {
    const run = await this.start(order);
    return 'failed' in run ? undefined : run;
  }
}

class HttpRun implements JobHandle {
  readonly ended: Promise<JobEnd>;
  readonly #order: JobOrder;
  readonly #declared: Declared;
  readonly #key: string | undefined;
  readonly #logger: Logger;
  readonly #cancelled = new AbortController();
  /** Its end stands in the log, whoever stated it. */
  readonly #over = new AbortController();
  /** Where it is asked how far it is; undefined until the service has said so. */
  #place: URL | undefined;
  #said = '';

  constructor(order: JobOrder, declared: Declared, key: string | undefined, logger: Logger) {
    this.#order = order;
    this.#declared = declared;
    this.#key = key;
    this.#logger = logger;
    this.ended = this.#untilEnd();
  }

  /** The service is told once; what it makes of that is its own. */
  async stop(): Promise<void> {
    this.#cancelled.abort();
    await orAborted(this.ended, this.#order.signal);
    if (this.#place === undefined) return;
    await this.#request('DELETE', this.#place, '', this.#order.signal).catch((error: unknown) => {
      const { jobId } = this.#order.job;
      this.#logger.warn({ err: error, jobId }, 'a service did not hear that its job is cancelled');
    });
  }

  async remove(): Promise<void> {
    this.#over.abort();
  }

  async #untilEnd(): Promise<JobEnd> {
    const signal = AbortSignal.any([this.#order.signal, this.#over.signal]);
    const either = AbortSignal.any([signal, this.#cancelled.signal]);
    try {
      const url = new URL(this.#declared.url);
      let answer = await this.#ask('POST', url, this.#body(), either);
      for (;;) {
        const end = serviceEnd(answer);
        if (end) return end;
        await this.#tell(answer);
        if (this.#isCalledBack && this.#place === undefined) {
          // Its end comes by the callback, and removes this.
          return await orAborted(new Promise<never>(() => undefined), either);
        }
        await delay(this.#declared.poll, either);
        answer = await this.#ask('GET', this.#place ?? url, '', either);
      }
    } catch (error) {
      if (signal.aborted) return new Promise(() => undefined);
      if (this.#cancelled.signal.aborted) return { end: 'cancelled', reason: '' };
      const reason = error instanceof Error ? error.message : String(error);
      return { end: 'failed', code: 'ORC_JOB_FAILED', reason };
    }
  }

  /** What it said before it does not say again. */
  async #tell({ percent, text }: ServiceAnswer): Promise<void> {
    const said = JSON.stringify([percent, text]);
    if (said === this.#said || (percent === undefined && text === undefined)) return;
    this.#said = said;
    await this.#order.said({ percent, text, position: derivedId('at-', said) });
  }

  #body(): string {
    const { jobId, tool, verb, input, by, owner } = this.#order.job;
    const agentId = by && { agentId: by.agentId };
    const known = { id: jobId, tool, verb, input, ...agentId, ...(owner && { owner }) };
    return JSON.stringify({ ...known, ...this.#callback() });
  }

  get #isCalledBack(): boolean {
    return this.#declared.callback !== undefined;
  }

  /** Where the service says what becomes of the job, and the token that opens that and nothing else. */
  #callback() {
    const { callback } = this.#declared;
    if (callback === undefined || this.#key === undefined) return undefined;
    const { jobId } = this.#order.job;
    const url = `${callback.replace(/\/+$/, '')}/jobs/${jobId}/callback`;
    return { callback: { url, token: callbackToken(this.#key, jobId) } };
  }

  #ask(method: string, url: URL, body: string, signal: AbortSignal): Promise<ServiceAnswer> {
    const ask = () => this.#request(method, url, body, signal);
    return retry(ask, { isPassing: (error) => error instanceof Passing, signal });
  }

  async #request(
    method: string,
    url: URL,
    body: string,
    signal: AbortSignal,
  ): Promise<ServiceAnswer> {
    const within = AbortSignal.any([signal, AbortSignal.timeout(REQUEST_MS)]);
    let response: Response;
    let text: string;
    try {
      response = await fetch(url, {
        method,
        headers: this.#headers(method, url, body),
        redirect: 'manual',
        signal: within,
        ...(method === 'POST' && { body }),
      });
      text = await textOf(response);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof Refused) throw error;
      throw new Passing(`${url.host}: ${causeOf(error)}`);
    }
    const { status } = response;
    if (status >= 500 || AGAIN.has(status)) throw new Passing(`HTTP ${status}`);
    if (status < 200 || status > 299) throw new Refused(`HTTP ${status}: ${text.slice(0, SHOWN)}`);
    if (status !== 202) return parsed(text);
    this.#place = placeOf(response, url) ?? this.#place;
    if (this.#place === undefined && !this.#isCalledBack) {
      throw new Refused('HTTP 202 without a Location to ask at');
    }
    return { state: 'working', ...parsed(text) };
  }

  #headers(method: string, url: URL, body: string): Record<string, string> {
    const time = String(Math.floor(Date.now() / 1000));
    const signed = [time, method, url.pathname + url.search, body].join('\n');
    const key = this.#key;
    const traceparent = traceparentOfJob(this.#order.job);
    return {
      'content-type': 'application/json',
      accept: 'application/json',
      'idempotency-key': this.#order.job.jobId,
      'x-orchestrator-time': time,
      ...(traceparent !== undefined && { traceparent }),
      ...(key !== undefined && {
        'x-orchestrator-signature': `sha256=${createHmac('sha256', key).update(signed).digest('hex')}`,
      }),
    };
  }
}

/** Of the very service: no answer sends requests, which are signed, elsewhere. Throws {@link Refused}. */
function placeOf(response: Response, url: URL): URL | undefined {
  const location = response.headers.get('location');
  if (location === null) return undefined;
  const place = new URL(location, url);
  if (place.origin === url.origin) return place;
  throw new Refused(`HTTP 202 with a Location of another service (${place.origin})`);
}

async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Of fetch it is one of bytes; the types of the DOM do not say so.
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES)
      throw new Refused(`an answer of more than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** An answer of another shape is the result itself. Throws {@link Refused} for what is no JSON. */
function parsed(text: string): ServiceAnswer {
  if (text.trim() === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Refused(`its answer is no JSON: ${text.slice(0, SHOWN)}`);
  }
  const read = answerSchema.safeParse(value);
  return read.success ? read.data : { result: value as z.infer<ReturnType<typeof z.json>> };
}

const causeOf = (error: unknown): string => {
  const { cause, message } = error instanceof Error ? error : new Error(String(error));
  return cause instanceof Error ? cause.message : message;
};
