import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import pino from 'pino';
import { archivedAgents } from '../../core/conversation/all-agents.ts';
import { ArchivedAgents } from '../../projections/views/archived-agents.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import { newAgentId } from '../../schemas/ids.ts';
import { newEvent } from '../../schemas/new-event.ts';
import { archiveAgent } from '../support/archive-agent.ts';
import { command, createAgent } from '../support/commands.ts';
import { startTestNats, type TestNats, temporaryFolder } from '../support/nats.ts';

const ANN = { channel: 'terminal', userId: 'ann' };
const LOTS = 1_000_000;

const summary = (own: { kind?: string; owner?: typeof ANN } = {}) => ({
  kind: 'line',
  createdAt: '2026-01-04T15:00:00.000Z',
  end: 'exited: code 0',
  counts: { messages: 1, answers: 1, turns: 1, failed: 0 },
  ...own,
});

const meta = (id: string) => ({ id, source: 'orchestrator/test', now: new Date() });
const endedAt = '2026-01-04T16:00:00.000Z';

/** As its spawner states it today. */
async function archive(nats: TestNats, agentId: string, own = {}): Promise<void> {
  const data = { endedAt, summary: summary(own) };
  await nats.log.append(newEvent('process.archived', { agentId }, data, meta(`a:${agentId}`)));
}

async function remove(nats: TestNats, agentId: string): Promise<void> {
  const data = { commandId: `delete-${agentId}` };
  await nats.log.append(newEvent('process.deleted', { agentId }, data, meta(`d:${agentId}`)));
}

/** Serves from a file until the test, or whoever calls what it returns, ends it. */
function serve(t: ExecutionContext, nats: TestNats, path: string) {
  const abort = new AbortController();
  const archived = new ArchivedAgents({ path, log: nats.log, logger: pino({ level: 'silent' }) });
  const ended = archived.start(abort.signal);
  const stop = async () => {
    abort.abort();
    await ended;
  };
  t.teardown(stop);
  return { archived, stop };
}

const idsOf = async (archived: ArchivedAgents, request = {}): Promise<string[]> =>
  (await archived.page(request, LOTS)).agents.map(({ agentId }) => agentId);

const ids = (count: number): string[] => Array.from({ length: count }, newAgentId);

test('archived agents are listed in pages, in the order in which they were archived, by owner and kind', async (t) => {
  const nats = await startTestNats(t);
  const [a = '', b = '', c = ''] = ids(3);
  await archive(nats, a);
  await archive(nats, b, { owner: ANN });
  await archive(nats, c, { kind: 'claude', owner: ANN });
  const { archived } = serve(t, nats, join(await temporaryFolder(t), 'archived.jsonl'));

  t.deepEqual(await idsOf(archived), [a, b, c]);
  t.deepEqual(await idsOf(archived, { owner: ANN }), [b, c]);
  t.deepEqual(await idsOf(archived, { kind: 'claude' }), [c]);
  const first = await archived.page({ limit: 2 }, LOTS);
  t.is(first.agents.length, 2);
  t.deepEqual(await archived.page({ limit: 2, after: first.next ?? 0 }, LOTS), {
    agents: [
      {
        agentId: c,
        phase: 'ended',
        kind: 'claude',
        owner: ANN,
        names: [],
        createdAt: '2026-01-04T15:00:00.000Z',
        endedAt,
        end: 'exited: code 0',
        queued: 0,
        deleted: false,
        counts: { messages: 1, answers: 1, turns: 1, failed: 0 },
      },
    ],
  });
  // A page is no larger than a message, and has one entry at least.
  t.is((await archived.page({}, 10)).agents.length, 1);
});

test('one that is deleted is forgotten, at once and after a restart, also from the file', async (t) => {
  const nats = await startTestNats(t);
  const path = join(await temporaryFolder(t), 'archived.jsonl');
  const [a = '', b = '', c = ''] = ids(3);
  for (const agentId of [a, b, c]) await archive(nats, agentId);
  const before = serve(t, nats, path);
  t.deepEqual(await idsOf(before.archived), [a, b, c]);
  await remove(nats, c);
  await remove(nats, a);
  t.deepEqual(await idsOf(before.archived), [b]);
  await before.stop();

  for (const _again of [1, 2]) {
    const after = serve(t, nats, path);
    t.deepEqual(await idsOf(after.archived), [b]);
    await after.stop();
    t.false((await readFile(path, 'utf8')).includes(a));
  }
});

test('the file is gone on from: what a kill tore off its end is read from the log again', async (t) => {
  const nats = await startTestNats(t);
  const path = join(await temporaryFolder(t), 'archived.jsonl');
  const known = ids(600);
  for (const agentId of known) await archive(nats, agentId);
  const before = serve(t, nats, path);
  t.deepEqual(await idsOf(before.archived), known.slice(0, 500));
  await before.stop();
  const whole = await readFile(path, 'utf8');
  await writeFile(path, whole.slice(0, -20));
  const last = newAgentId();
  await archive(nats, last);

  const after = serve(t, nats, path);
  const page = await after.archived.page({ limit: 500 }, LOTS);
  t.deepEqual(await idsOf(after.archived, { after: page.next }), [...known.slice(500), last]);
  await after.stop();
  t.true((await readFile(path, 'utf8')).startsWith(whole.slice(0, -300)));
});

test('a file that is of another log, of another version, or no file of this kind, is made anew', async (t) => {
  const nats = await startTestNats(t);
  const path = join(await temporaryFolder(t), 'archived.jsonl');
  const agentId = newAgentId();
  await archive(nats, agentId);
  const foreign = { sequence: 3, agent: { agentId: newAgentId() } };
  const { created } = await nats.log.identity('EVENTS');
  for (const text of [
    `${JSON.stringify({ version: 1, stream: '2020-01-01T00:00:00Z' })}\n${JSON.stringify(foreign)}\n`,
    `${JSON.stringify({ version: 0, stream: created })}\n${JSON.stringify(foreign)}\n`,
    `${JSON.stringify({ version: 1, stream: created })}\n${JSON.stringify({ ...foreign, sequence: 99 })}\n`,
    'nothing of ours',
    '',
  ]) {
    await writeFile(path, text);
    const { archived, stop } = serve(t, nats, path);
    t.deepEqual(await idsOf(archived), [agentId], text);
    await stop();
  }
});

test('one that an older version archived is listed by what the log has of it', async (t) => {
  const nats = await startTestNats(t);
  const [older = '', deleted = ''] = ids(2);
  for (const agentId of [older, deleted]) {
    await createAgent(nats.log, agentId, 'cat', { name: 'Bob' });
    await archiveAgent(nats.log, agentId);
  }
  await nats.log.append(command(deleted, 'command.delete', {}));
  await remove(nats, deleted);
  const { archived } = serve(t, nats, join(await temporaryFolder(t), 'archived.jsonl'));
  const { agents } = await archived.page({}, LOTS);
  t.is(agents.length, 1);
  t.like(agents[0], { agentId: older, kind: 'line', names: ['Bob'], end: 'exited: exit code 0' });
});

test('who asks for all gets every page', async (t) => {
  const pages = [
    { agents: [{ agentId: 'a' }, { agentId: 'b' }], next: 7 },
    { agents: [], next: 9 },
    { agents: [{ agentId: 'c' }] },
  ];
  const asked: unknown[] = [];
  const request = async (_name: string, wanted: unknown) => {
    asked.push(wanted);
    return pages[asked.length - 1];
  };
  const found: string[] = [];
  // Only what it asks for is served here.
  const views = { request } as never;
  for await (const { agentId } of archivedAgents(views, { kind: 'line' }, { timeoutMs: 1 })) {
    found.push(agentId);
  }
  t.deepEqual(found, ['a', 'b', 'c']);
  t.deepEqual(asked, [
    { kind: 'line', after: undefined },
    { kind: 'line', after: 7 },
    { kind: 'line', after: 9 },
  ]);
});

test('who asks for all while the list is still made waits as long as was said, and no longer', async (t) => {
  const late = new OrchestratorError('ORC_TIMED_OUT', 'The list is at 1 of 2');
  const answers: (Error | { agents: { agentId: string }[] })[] = [
    late,
    late,
    { agents: [{ agentId: 'a' }] },
  ];
  const request = async () => {
    const answer = answers.shift() ?? late;
    if (answer instanceof Error) throw answer;
    return answer;
  };
  // Only what it asks for is served here.
  const views = { request } as never;
  const all = async (timeoutMs: number) => {
    const found: string[] = [];
    for await (const { agentId } of archivedAgents(views, {}, { timeoutMs })) found.push(agentId);
    return found;
  };
  t.deepEqual(await all(30_000), ['a']);
  await t.throwsAsync(all(1), { is: late });
  answers.push(new OrchestratorError('ORC_BAD_INPUT', 'final'));
  await t.throwsAsync(all(30_000), { code: 'ORC_BAD_INPUT' });
});

test('who asks while it cannot be written is told that it is not there', async (t) => {
  const nats = await startTestNats(t);
  const path = join(await temporaryFolder(t), 'archived.jsonl');
  const { archived, stop } = serve(t, nats, path);
  await archive(nats, newAgentId());
  t.is((await idsOf(archived)).length, 1);
  await stop();
  await appendFile(path, '');
  await archive(nats, newAgentId());
  await t.throwsAsync(archived.page({}, LOTS), { code: 'ORC_TIMED_OUT' });
});
