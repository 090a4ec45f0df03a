import { type ServiceMsg, Svcm } from '@nats-io/services';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Logger } from 'pino';
import type { EventLog } from '../../core/log/event-log.ts';
import { hashInSlices } from '../../core/projection/hash-in-slices.ts';
import type { SystemFollower } from '../../core/projection/system-follower.ts';
import { type SystemViewName, systemViews } from '../../core/views/system-views.ts';
import { asOrchestratorError, ERRORS, OrchestratorError } from '../../schemas/errors.ts';
import { MAX_PAGE } from '../../schemas/limits.ts';
import { viewSubject } from '../../schemas/view-subject.ts';
import { VIEWS, VIEWS_SERVICE, type ViewName } from '../../schemas/views.ts';
import type { ArchivedAgents } from './archived-agents.ts';
import { logTail } from './log-tail.ts';
import { withArchived } from './with-archived.ts';

export interface ViewsServiceOptions {
  nc: NatsConnection;
  follower: SystemFollower;
  log: EventLog;
  /** Of those that were archived; without one there are none to be listed. */
  archived?: ArchivedAgents;
  logger: Logger;
  version: string;
}

/** How long a request waits for the event that it wants to see folded. */
const AT_LEAST_TIMEOUT_MS = 5000;

/** What stands around the lines of `views.logs`. */
const ENVELOPE_BYTES = 100;

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Serves the views over NATS request/reply by the services protocol (NATS ADR-32), so that
 * `nats micro` sees them. Several instances share the requests.
 */
export async function serveViews(options: ViewsServiceOptions): Promise<{ stop(): Promise<void> }> {
  const service = await new Svcm(options.nc).add({
    name: VIEWS_SERVICE,
    version: options.version,
    description: 'What is derived from the event log for reading',
  });
  for (const name of Object.keys(VIEWS) as ViewName[]) {
    const handler = (error: Error | null, request: ServiceMsg) => {
      if (error) options.logger.warn({ err: error, view: name }, 'view subscription failed');
      else void answer(name, request, options);
    };
    service.addEndpoint(name, { subject: viewSubject(name), handler });
  }
  // Served is what the server knows of: a request right after this finds its endpoint.
  await options.nc.flush();
  return {
    stop: async () => {
      await service.stop();
    },
  };
}

/** Never throws: a request that cannot even be refused is the requester's to time out. */
async function answer(
  name: ViewName,
  request: ServiceMsg,
  options: ViewsServiceOptions,
): Promise<void> {
  const { logger } = options;
  try {
    request.respond(await view(name, request.data, options));
  } catch (error) {
    const shown = asOrchestratorError(error);
    if (shown.code === 'ORC_INTERNAL') logger.error({ err: error, view: name }, 'view failed');
    refuse(name, request, shown, logger);
  }
}

function refuse(
  name: ViewName,
  request: ServiceMsg,
  { code, message }: OrchestratorError,
  logger: Logger,
): void {
  try {
    // NATS carries the error in a header, which is one line.
    request.respondError(ERRORS[code].status, `${code}: ${message.replace(/\s+/g, ' ')}`);
  } catch (error) {
    logger.warn({ err: error, view: name }, 'not answered');
  }
}

async function view(
  name: ViewName,
  payload: Uint8Array,
  options: ViewsServiceOptions,
): Promise<string> {
  const { follower, log } = options;
  const input = parseRequest(name, payload);
  if (name === 'logs') {
    const { agentId, lines: most } = VIEWS.logs.request.parse(input);
    const maxBytes = maxAnswerBytes(options) - ENVELOPE_BYTES;
    const lines = await logTail(log, { agentId, lines: most, maxBytes });
    return fitting(name, JSON.stringify({ lines }), options);
  }
  if (name === 'archived') {
    const request = VIEWS.archived.request.parse(input);
    const page = await options.archived?.page(request, maxAnswerBytes(options) - ENVELOPE_BYTES);
    return fitting(name, JSON.stringify(page ?? { agents: [] }), options);
  }
  if ('atLeast' in input && typeof input.atLeast === 'number') {
    await foldedInTime(follower, input.atLeast);
  }
  if (name === 'hash') {
    const { sequence } = follower.state;
    const hash = await hashInSlices(follower.state);
    return fitting(name, JSON.stringify({ sequence, hash }), options);
  }
  // Each request was parsed by the schema of the view of the same name.
  const serve = systemViews[name] as (state: unknown, request: unknown) => unknown;
  const state =
    name === 'agent'
      ? await withArchived(follower.state, VIEWS.agent.request.parse(input).agentId, log)
      : follower.state;
  const served = (limit?: number) =>
    JSON.stringify(serve(state, limit === undefined ? input : { ...input, limit }));
  if (!isPaged(name)) return fitting(name, served(), options);
  return fitting(name, fittingPage(served, limitOf(input), maxAnswerBytes(options)), options);
}

const isPaged = (name: SystemViewName): boolean => 'limit' in VIEWS[name].request.shape;

const limitOf = (input: Record<string, unknown>): number =>
  typeof input.limit === 'number' ? input.limit : MAX_PAGE;

/** As long a page as one message takes, about; its `next` tells the rest. */
function fittingPage(served: (limit: number) => string, most: number, maxBytes: number): string {
  let limit = most;
  let text = served(limit);
  while (limit > 1 && Buffer.byteLength(text) > maxBytes) {
    limit = Math.floor(limit / 2);
    text = served(limit);
  }
  return text;
}

const maxAnswerBytes = ({ nc }: ViewsServiceOptions): number =>
  nc.info?.max_payload ?? Number.POSITIVE_INFINITY;

/** Throws where it is too large all the same. No single entry is: what it holds is bounded. */
function fitting(name: ViewName, text: string, options: ViewsServiceOptions): string {
  const [size, limit] = [Buffer.byteLength(text), maxAnswerBytes(options)];
  if (size <= limit) return text;
  const what = `views.${name}: the answer has ${size} bytes; the broker takes ${limit}`;
  throw new OrchestratorError('ORC_TOO_LARGE', what);
}

function parseRequest(name: ViewName, payload: Uint8Array): Record<string, unknown> {
  const parsed = VIEWS[name].request.safeParse(json(payload));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const what = `${issue?.path.join('.') ?? 'request'}: ${issue?.message ?? 'does not fit'}`;
  throw new OrchestratorError('ORC_BAD_INPUT', `views.${name}: ${what}`);
}

function json(payload: Uint8Array): unknown {
  if (payload.length === 0) return {};
  try {
    return JSON.parse(UTF8.decode(payload));
  } catch (cause) {
    throw new OrchestratorError('ORC_BAD_INPUT', 'The request is not JSON', { cause });
  }
}

async function foldedInTime(follower: SystemFollower, sequence: number): Promise<void> {
  try {
    await follower.folded(sequence, AbortSignal.timeout(AT_LEAST_TIMEOUT_MS));
  } catch (cause) {
    const what = `Event ${sequence} is not folded yet; the projections are at ${follower.sequence}`;
    throw new OrchestratorError('ORC_TIMED_OUT', what, { cause });
  }
}
