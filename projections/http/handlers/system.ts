import { archiveCatalogue } from '../../../core/log/archive-catalogue.ts';
import { archiveEvents } from '../../../core/log/event-archiver.ts';
import { awaitDrained, drainNode, resumeNode } from '../../../core/operator/drain-node.ts';
import { listDeliveries } from '../../../core/operator/list-deliveries.ts';
import { listNodes } from '../../../core/operator/list-nodes.ts';
import { verifyState } from '../../../core/operator/verify-state.ts';
import { readFileById } from '../../../platform/files/read-file.ts';
import { LeaseStore } from '../../../platform/nodes/lease-store.ts';
import { OrchestratorError } from '../../../schemas/errors.ts';
import { openApi } from '../../../schemas/http/openapi.ts';
import { MAX_PAGE } from '../../../schemas/limits.ts';
import { Accepted, Written } from '../answers.ts';
import { type ApiContext, type HandlersOf, SYSTEM_MS } from '../api-context.ts';
import { docsPage } from '../docs-page.ts';
import { doneInTime } from '../done-in-time.ts';

type Names =
  | 'livez'
  | 'healthz'
  | 'metrics'
  | 'openapi'
  | 'docs'
  | 'listDeliveries'
  | 'listUsers'
  | 'getUser'
  | 'listNodes'
  | 'drainNode'
  | 'resumeNode'
  | 'getFile'
  | 'verify'
  | 'listArchive'
  | 'archiveEvents';

/** Folding everything from zero takes what it takes. */
const VERIFY_MS = 120_000;

/** A page that somebody's browser shows may load nothing, run nothing and be framed by nobody. */
const PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

export const systemHandlers: HandlersOf<Names> = {
  livez: async () => ({ ok: true }),
  healthz: (_call, { askHealth }) => askHealth(),
  async metrics(_call, { metrics }) {
    const { type, text } = await metrics();
    return new Written(type, text);
  },

  openapi: async () => openApi(),
  docs: async () =>
    new Written('text/html; charset=utf-8', docsPage(), {
      'content-security-policy': PAGE_POLICY,
    }),

  async listDeliveries({ query: { limit = MAX_PAGE, ...query } }, { log }) {
    return { deliveries: await listDeliveries(log, { ...query, limit }) };
  },

  async listUsers({ query }, { views }) {
    const { users, next } = await views.request('users', query, { timeoutMs: SYSTEM_MS });
    return { users, next };
  },

  async getUser({ params: { channel, user: userId } }, { views }) {
    const request = { channel, userId };
    const { sequence: _, ...user } = await views.request('user', request, { timeoutMs: SYSTEM_MS });
    return { ...request, ...user };
  },

  listNodes: async (_call, api) => ({ nodes: await nodes(api) }),

  async drainNode({ params: { node }, waitMs, signal }, api) {
    await requireNode(node, api);
    const drain = await drainNode(api.log, node);
    let kept: number | undefined;
    const isDone = await doneInTime(waitMs, async (ms) => {
      kept = await awaitDrained(api.log, node, drain, ms, signal);
    });
    return isDone ? { node, state: 'drained', kept } : new Accepted({ node, state: 'draining' });
  },

  async resumeNode({ params: { node } }, api) {
    await requireNode(node, api);
    await resumeNode(api.log, node);
    return { node, state: 'serving' };
  },

  async getFile({ params: { file } }, { log }) {
    const bytes = await readFileById(log, file);
    if (bytes === undefined) {
      throw new OrchestratorError('ORC_FILE_NOT_FOUND', `There is no file ${file}`);
    }
    // Whatever an agent has put into it, no browser is to take it for a page of this address.
    return new Written('application/octet-stream', bytes, {
      'content-disposition': 'attachment',
      'x-content-type-options': 'nosniff',
    });
  },

  verify: (_call, api) => verifyState(api, VERIFY_MS),
  listArchive: async (_call, api) => ({ files: await archived(api) }),

  async archiveEvents({ body }, api) {
    const before = new Date(body.before);
    await archiveEvents(api.connection, { before, source: 'orchestrator/operator' });
    return { files: await archived(api) };
  },
};

async function nodes({ connection, log, views }: ApiContext) {
  return listNodes({ log, views }, await LeaseStore.of(connection).all(), SYSTEM_MS);
}

async function requireNode(node: string, api: ApiContext): Promise<void> {
  if ((await nodes(api)).some((each) => each.node === node)) return;
  throw new OrchestratorError('ORC_NODE_NOT_FOUND', `There is no spawner ${node}`);
}

async function archived({ connection }: ApiContext) {
  const { segments } = await archiveCatalogue(connection.nc);
  return segments.map(({ from, to, events, bytes, sha256, name, firstTime, lastTime }) => ({
    from,
    to,
    events,
    bytes,
    sha256,
    firstTime: firstTime.toISOString(),
    lastTime: lastTime.toISOString(),
    object: name,
  }));
}
