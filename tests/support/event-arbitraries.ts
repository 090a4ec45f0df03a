import fc from 'fast-check';
import { speakerAt } from '../../schemas/agents-word.ts';
import type { StoredEvent } from '../../schemas/event.ts';
import type { DataOf, EventType } from '../../schemas/event-catalogue.ts';
import { callPiece } from '../../schemas/events/delivery.ts';
import { parseSubject } from '../../schemas/subjects.ts';
import { AGENT } from './decider.ts';

/** Few ids, so that events meet each other's. */
const oneOf = (prefix: string) => fc.constantFrom(`${prefix}-1`, `${prefix}-2`, `${prefix}-3`);
const runId = fc.constantFrom('run-1', 'run-2');
const commandId = oneOf('c');
const turnId = fc.constantFrom('turn-1', 'turn-2');
const instant = fc
  .constantFrom(0, 1, 60_000, 7_200_000)
  .map((ms) => new Date(Date.parse('2026-01-04T15:00:00.000Z') + ms).toISOString());
const ms = fc.constantFrom(1, 1_000, 7_200_000);
const text = fc.constantFrom('hello', 'ä\n"\u{1f600}', '.'.repeat(100));
const reason = fc.constantFrom('stop', 'delete', 'ttl', 'start-failed');
const end = { code: fc.option(fc.constantFrom(0, 3)), signal: fc.option(fc.constant('SIGKILL')) };
const person = fc.record({ channel: fc.constant('terminal'), userId: oneOf('user') });
const agentId = fc.constant(AGENT);
const branch = fc.constantFrom('main', 'orchestrator/agent-0123456789ab');
const commit = fc.constantFrom('a'.repeat(40), 'b'.repeat(40));
const part = fc.constantFrom(0, 1);
const yes = fc.constant(true as const);

/** The data of every type; that one is missing here does not compile. */
const DATA: { [T in EventType]: fc.Arbitrary<DataOf<T>> } = {
  'command.create': fc.record(
    {
      kind: fc.constant('line'),
      owner: person,
      ttlMs: ms,
      turnDeadlineMs: ms,
      commandLine: text,
      model: fc.constant('gpt-5.4'),
      project: fc.constant({ id: 'proj_1' }),
    },
    { requiredKeys: ['kind', 'ttlMs', 'turnDeadlineMs'] },
  ),
  'command.send': fc.record(
    { text, mode: fc.constantFrom('join', 'wait', 'interrupt'), from: person, answers: commandId },
    { requiredKeys: ['text', 'mode'] },
  ),
  'command.interrupt': fc.record({}),
  'command.stop': fc.record({ reason: fc.constant('asked') }),
  'command.delete': fc.record({}),
  'command.undo': fc.record({}),
  'command.rewind': fc.record(
    { turnId, sequence: fc.integer({ min: 1, max: 9 }), conversation: yes, files: yes },
    { requiredKeys: ['turnId', 'sequence'] },
  ),
  'command.resume': fc.record({}),
  'command.extend': fc.record({ ttlMs: ms }),
  'command.run': fc.record({ commandLine: text, timeoutMs: ms }),
  'command.file': fc.record({ path: fc.constant('workspace/notes'), content: text }),
  'process.starting': fc.record({
    runId,
    node: oneOf('node'),
    epoch: fc.integer({ min: 1, max: 3 }),
    runtime: fc.constant('local'),
    expiresAt: instant,
  }),
  'process.released': fc.record({
    runId,
    epoch: fc.integer({ min: 1, max: 3 }),
    reason: text,
  }),
  'process.cleared': fc.record({ runId, node: oneOf('node'), ...end }),
  'process.ready': fc.record({ runId, pid: fc.integer() }, { requiredKeys: ['runId'] }),
  'process.start-failed': fc.record({ runId, reason: text }),
  'process.delivered': fc.record({ runId, commandId, turnId, bytes: fc.nat() }),
  'process.interrupted': fc.record({ runId, commandId }),
  'process.paused': fc.record({ runId }),
  'process.stopping': fc.record({
    runId,
    reason,
    step: fc.constantFrom('stdin-closed', 'sigterm', 'sigkill'),
  }),
  'process.stopped': fc.record({ runId, reason, ...end }),
  'process.exited': fc.record({ runId, ...end }),
  'process.lost': fc.record({ runId, reason: text }),
  'process.extended': fc.record(
    { runId, commandId, expiresAt: instant },
    { requiredKeys: ['runId', 'expiresAt'] },
  ),
  'process.resumed': fc.record({
    commandId,
    memory: fc.constantFrom('session', 'digest'),
    was: fc.record({
      kind: fc.constant('line'),
      ttlMs: ms,
      turnDeadlineMs: ms,
      createdAt: instant,
      createdBy: commandId,
      counts: fc.record({
        messages: fc.nat(),
        answers: fc.nat(),
        turns: fc.nat(),
        failed: fc.nat(),
      }),
      runs: fc.integer({ min: 1, max: 3 }),
    }),
  }),
  'process.home-due': fc.record({ endedAt: instant, removeAt: instant }),
  'process.home-removed': fc.record({ endedAt: instant }),
  'process.deleted': fc.record({ commandId }),
  'process.archived': fc.record({ endedAt: instant }),
  'process.command-started': fc.record({ runId, commandId }),
  'process.command-run': fc.record({
    commandId,
    exitCode: fc.constantFrom(-1, 0, 3),
    output: text,
    error: text,
  }),
  'process.muted': fc.record(
    { runId, code: text, reason: text, cure: text, until: instant },
    { requiredKeys: ['runId', 'code', 'reason', 'cure'] },
  ),
  'process.unmuted': fc.record({ runId }),
  'process.undone': fc.record(
    { runId, commandId, turnId, commit, files: fc.nat() },
    { requiredKeys: ['runId', 'commandId', 'turnId', 'files'] },
  ),
  'process.file-written': fc.record({
    commandId,
    path: fc.constant('workspace/notes'),
    bytes: fc.nat(),
  }),
  'process.rejected': fc.record(
    { commandId, code: text, reason: text, cure: text, at: fc.integer({ min: 1, max: 40 }) },
    { requiredKeys: ['commandId', 'code', 'reason', 'cure'] },
  ),
  'turn.started': fc.record({ turnId, commandId, deadlineAt: instant }),
  'turn.signalled': fc.record(
    { problem: fc.record({ code: text, detail: text }) },
    { requiredKeys: [] },
  ),
  'turn.ready': fc.record({ problem: text }, { requiredKeys: [] }),
  'turn.snapshot': fc.record(
    { turnId, commit, head: commit, files: fc.nat(), insertions: fc.nat(), deletions: fc.nat() },
    { requiredKeys: ['turnId', 'commit', 'files', 'insertions', 'deletions'] },
  ),
  'turn.snapshot-failed': fc.record({ turnId, reason: text }),
  'turn.nudged': fc.record({ turnId }),
  'turn.ended': fc.record({ turnId, answers: fc.nat(), questions: fc.nat() }),
  'turn.failed': fc.record({ turnId, code: text, reason: text, cure: text }),
  'response.answer': fc.record({ text }),
  'response.question': fc.record({ text, waitMs: ms }, { requiredKeys: ['text'] }),
  'response.progress': fc.record({ text }),
  'tool.project.create': fc.record({ name: text }),
  'tool.project.get': fc.record({ projectId: oneOf('proj') }),
  'tool.project.list': fc.record({}),
  'tool.project.use': fc.record({ project: oneOf('proj') }),
  'tool.project.archive': fc.record({ project: oneOf('proj') }),
  'tool.project.diff': fc.record({}),
  'tool.project.log': fc.record({}),
  'tool.project.merge': fc.record({}),
  'tool.job.get': fc.record({ jobId: fc.constant('job_1') }),
  'tool.job.list': fc.record({}),
  'tool.job.cancel': fc.record({ jobId: fc.constant('job_1') }),
  'tool.declared': fc.record({ input: fc.constant({}), wait: fc.boolean() }),
  result: fc.oneof(
    fc.record({ ok: fc.constant(true as const), callId: commandId, value: fc.constant(null) }),
    fc.record({
      ok: fc.constant(false as const),
      callId: commandId,
      error: fc.record({ code: text, message: text }),
    }),
  ),
  'timer.ttl': fc.record({ runId, expiresAt: instant }),
  'timer.turn': fc.record({ turnId }),
  'timer.question': fc.record({ questionId: commandId }),
  'user.agent-assigned': fc.record({ agentId }),
  'user.agent-released': fc.record({ agentId, reason: text }),
  'token.created': fc.record({
    name: fc.constantFrom('ci', 'phone'),
    scope: fc.constantFrom('read', 'chat', 'operate', 'admin'),
    sha256: fc.constant('0'.repeat(64)),
  }),
  'token.revoked': fc.record({}),
  'node.draining': fc.record({}),
  'node.resumed': fc.record({}),
  'node.drained': fc.record({ drainId: commandId, kept: fc.nat() }),
  'user.allowed': fc.record({}),
  'user.denied': fc.record({}),
  'user.project-chosen': fc.record({ projectId: oneOf('proj') }, { requiredKeys: [] }),
  'user.mode-chosen': fc.record({ mode: fc.constantFrom('join', 'wait', 'interrupt') }),
  'user.introduced': fc.record({ name: text }),
  'user.fragment-heard': fc.record({
    of: fc.constantFrom({ kind: 'text' } as const, { kind: 'album', id: 'album-1' } as const),
    by: oneOf('user'),
    text,
    addressed: fc.boolean(),
    length: fc.nat(),
    files: fc.constant([]),
    source: fc.record({ message: oneOf('message'), content: oneOf('content') }),
  }),
  'user.fragments-joined': fc.record({ fragments: fc.array(text) }),
  'user.moved': fc.record({ to: oneOf('chat') }),
  'delivery.requested': fc.record({ chatId: oneOf('chat'), text }, { requiredKeys: ['chatId'] }),
  'delivery.attempted': fc.record({ part, parts: fc.constantFrom(1, 2), attempt: fc.nat() }),
  'delivery.confirmed': fc.record({ part, parts: fc.constantFrom(1, 2), messageId: text }),
  'delivery.ambiguous': fc.record({ part, reason: text }),
  'delivery.failed': fc.record(
    {
      part,
      code: fc.nat(),
      reason: text,
      again: fc.boolean(),
      without: fc.subarray(callPiece.options),
    },
    { requiredKeys: ['part', 'code', 'reason', 'again'] },
  ),
  'delivery.arrived': fc.constant({}),
  'delivery.shown': fc.record({ questionId: text }),
  'delivery.settled': fc.record({ through: fc.nat() }),
  'log.archived': fc.record({
    from: fc.integer({ min: 1 }),
    to: fc.integer({ min: 1 }),
    events: fc.nat(),
    bytes: fc.nat(),
    sha256: text,
    object: text,
  }),
  'log.erased': fc.record({
    erasure: text,
    places: fc.array(fc.tuple(fc.integer({ min: 1 }), fc.integer({ min: 1 }))),
  }),
  'job.requested': fc.record(
    {
      tool: fc.constant('deploy'),
      verb: fc.constant('run'),
      input: fc.constant({}),
      by: fc.record({ agentId, callId: commandId, turnId }),
      owner: person,
      notify: fc.boolean(),
      timeouts: fc.record(
        { acceptMs: ms, heartbeatMs: ms, totalMs: ms, confirmMs: ms },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: ['tool', 'verb', 'input', 'notify', 'timeouts'] },
  ),
  'job.input-required': fc.record({ question: text }),
  'job.answered': fc.record({ approved: fc.boolean() }),
  'job.accepted': fc.record({
    runId,
    executor: fc.constant('command'),
    node: oneOf('node'),
    place: fc.constant('here'),
    holder: oneOf('holder'),
    epoch: fc.constantFrom(1, 2, 3),
  }),
  'job.progress': fc.record({ text, percent: fc.constantFrom(0, 50) }, { requiredKeys: [] }),
  'job.completed': fc.record({ result: fc.constant(null) }),
  'job.failed': fc.record({ code: text, reason: text }),
  'job.cancel-requested': fc.record({}),
  'job.cancelled': fc.record({ reason: text }),
  'job-timer.accept': fc.record({ dueAt: instant }),
  'job-timer.heartbeat': fc.record({ dueAt: instant }),
  'job-timer.total': fc.record({ dueAt: instant }),
  'job-timer.confirm': fc.record({ dueAt: instant }),
  'project.created': fc.record(
    { name: text, agentId, owner: person, repo: fc.constant('/srv/shop') },
    { requiredKeys: ['name'] },
  ),
  'project.ready': fc.record({ branch, commit }, { requiredKeys: ['branch'] }),
  'project.failed': fc.record({ code: text, reason: text, cure: text }),
  'project.archived': fc.record({}),
  'project.merged': fc.record({
    from: branch,
    into: branch,
    commit,
    how: fc.constantFrom('fast-forward', 'merge'),
  }),
  'project.pushed': fc.record({ branch, to: branch, commit }),
};

const subjectOfType = (type: string): string => {
  if (type.startsWith('user.')) return `users.terminal.user-1.${type.slice('user.'.length)}`;
  if (type.startsWith('node.')) return `nodes.node-1.${type.slice('node.'.length)}`;
  if (type.startsWith('log.')) return `streams.EVENTS.${type.slice('log.'.length)}`;
  if (type.startsWith('delivery.')) {
    return `deliveries.telegram.answer-1.${type.slice('delivery.'.length)}`;
  }
  if (type === 'tool.declared') return `agents.${AGENT}.tool.deploy.run`;
  if (type.startsWith('job.')) return `jobs.job_1.${type.slice('job.'.length)}`;
  if (type.startsWith('job-timer.')) {
    return `jobs.job_1.timer.${type.slice('job-timer.'.length)}`;
  }
  if (type === 'project.created') return 'projects.proj-1.created';
  return type === 'result' ? `agents.${AGENT}.result.c-1` : `agents.${AGENT}.${type}`;
};

const eventsOf = (types: [string, fc.Arbitrary<unknown>][]): fc.Arbitrary<StoredEvent> =>
  fc.oneof(
    ...types.map(([type, data]) =>
      fc.record({ id: commandId, time: instant, data }).map(
        (parts) =>
          // Type and data belong together by DATA.
          ({
            ...parts,
            type,
            subject: subjectOfType(type),
            sequence: 1,
            source: 'test',
          }) as StoredEvent,
      ),
    ),
  );

/** Any event of the catalogue, in any order the events of no sane log. */
export const anyEvent = eventsOf(Object.entries(DATA));

/** Any that an agent itself states. */
export const anyWord = eventsOf(
  Object.entries(DATA).filter(([type]) => speakerAt(parseSubject(subjectOfType(type)))),
);
