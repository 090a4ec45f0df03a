import { MAX_RUNNING, MAX_WAITING } from '../../../core/domain/agent/agent-state.ts';
import { archivedEvents } from '../../../core/domain/agent/archive-events.ts';
import { REFUSED_AT_ONCE } from '../../../core/domain/agent/command/command-events.ts';
import { overflowedBy } from '../../../core/domain/agent/command/overflow.ts';
import type { Quotas } from '../../../core/domain/agent/run/quota.ts';
import {
  mutedEvents,
  refusalEvents,
  unmutedEvents,
} from '../../../core/domain/agent/run/quota-events.ts';
import {
  clearedEvents,
  goneEvents,
  lostEvents,
  stoppingEvents,
} from '../../../core/domain/agent/run/run-end-events.ts';
import { parseEvent } from '../../../schemas/parse-event.ts';
import type { Outside, Script } from './script.ts';
import { stayBusy } from './turns.ts';

const LEFT = { count: 2, processes: [{ pid: 7, name: 'sleep' }] };
const ANN = { owner: { channel: 'terminal', userId: 'ann' } };

/** Ends that are rare: with something left behind, of many messages, before a start, while it is stopped. */
export function endsOfRuns(script: Script): void {
  const crashed: Outside = { end: { code: null, signal: 'SIGSEGV', left: LEFT } };
  const idle = script.ready({ ...ANN, name: 'mender' });
  script.step(idle, crashed);
  archive(script, idle);

  const lost = script.ready();
  script.send(lost);
  script.step(lost);
  script.step(lost);
  script.outside(lost, (state, context) => lostEvents(state, 'gone', context, LEFT));
  script.ofAny(lost, (state, context) =>
    clearedEvents(state.agentId, 'run-1', { code: 1, signal: null, left: LEFT }, context),
  );

  const stopped = script.ready(ANN);
  script.send(stopped);
  script.step(stopped);
  script.command(stopped, 'command.stop', { reason: 'asked' });
  script.step(stopped);
  script.outside(stopped, (state, context) => stoppingEvents(state, 'stop', 'sigterm', context));
  script.outside(stopped, (state, context) => goneEvents(state, '', context, LEFT));

  const failed = script.newId();
  script.create(failed, ANN);
  script.step(failed);
  script.step(failed, { told: { launch: { failed: 'no such image', left: LEFT } } });

  const early = script.newId();
  script.create(early);
  script.step(early);
  script.say(early, 'turn.ready', { problem: 'the login is refused' });
  script.step(early, { end: { code: 1, signal: null, left: LEFT }, awaitsReady: true });

  const answered = script.ready();
  script.send(answered);
  script.settle(answered);
  script.say(answered, 'response.answer', { text: 'Done.' });
  script.settle(answered, { end: { code: null, signal: null } });

  const before = script.newId();
  script.create(before);
  script.step(before);
  script.command(before, 'command.file', { path: 'a.txt', content: 'hello' });
  script.command(before, 'command.stop', { reason: 'asked' });
  script.step(before);
  script.settle(before, { end: { code: 0, signal: null } });
}

function archive(script: Script, agentId: string): void {
  script.ofAny(agentId, (state, context) =>
    state.phase === 'ended' ? archivedEvents(state, context) : [],
  );
}

/** Agents that go on, and those that do not. */
export function furtherRuns(script: Script): void {
  const fork = script.newId();
  script.create(fork);
  script.step(fork, { told: { start: { runtime: 'local', memory: 'session' } } });
  const agentId = script.ready({ ...ANN, name: 'first' });
  script.command(agentId, 'command.run', { commandLine: 'ls', timeoutMs: 10_000 });
  const { commandId } = commandOf(script.step(agentId));
  script.step(agentId, { end: { code: 0, signal: null } });
  script.command(agentId, 'command.resume', { name: 'second' });
  script.step(agentId, { ended: { commandId, outcome: { exitCode: 0, output: '', error: '' } } });
  script.settle(agentId);
  script.command(agentId, 'command.stop', { reason: 'asked' });
  script.step(agentId);
  script.command(agentId, 'command.resume', {});
  script.send(agentId);
  script.step(agentId, { end: { code: 0, signal: null } });
  script.settle(agentId);
  script.say(agentId, 'response.answer', { text: 'Here again.' });
  script.settle(agentId);
  script.step(agentId, { end: { code: 0, signal: null } });
  script.command(agentId, 'command.delete', {});
  script.step(agentId);
  script.command(agentId, 'command.delete', {});
  script.step(agentId);
  script.command(agentId, 'command.resume', {});
  script.send(agentId);
  script.step(agentId, { told: { resume: { refused: 'it was deleted' } } });
}

function commandOf(step: ReturnType<Script['step']>): { commandId: string } {
  if (step?.do !== 'run') throw new Error(`no command was run, but ${step?.do}`);
  return step.command;
}

/** More than is taken: of commands that run, of messages that wait, of an id that nobody created. */
export function tooMuch(script: Script): void {
  const busy = script.ready();
  for (let n = 0; n < MAX_RUNNING + 1; n += 1) {
    script.command(busy, 'command.run', { commandLine: 'sleep 9', timeoutMs: 10_000 });
    script.step(busy);
  }
  script.command(busy, 'command.file', { path: 'a.txt', content: 'hello' });
  script.step(busy, { told: { 'write-file': { problem: 'the disk is full' } } });

  const full = script.ready(ANN);
  script.send(full);
  script.step(full);
  for (let n = 0; n < REFUSED_AT_ONCE + 1; n += 1) script.send(full);
  script.settle(full, { end: { code: 3, signal: null, outOfMemory: true } });
  script.settle(full);

  const nobody = script.newId();
  overflow(script, nobody);
  const ended = script.ready();
  script.step(ended, { end: { code: 0, signal: null } });
  overflow(script, ended);
  const live = script.ready();
  const served = script.send(live);
  script.step(live);
  overflow(script, live, served);
}

/** It gets more than the state has room for, and is told so. */
function overflow(script: Script, agentId: string, served?: string): void {
  const from = script.world.messages.length;
  const again = script.send(agentId);
  for (let n = 1; n < MAX_WAITING; n += 1) script.send(agentId);
  script.send(agentId);
  script.command(agentId, 'command.interrupt', {});
  script.send(agentId, {}, { id: again });
  if (served !== undefined) script.send(agentId, {}, { id: served });
  script.say(agentId, 'response.progress', { text: 'Working.' });
  script.send(agentId);
  const state = script.state(agentId);
  const commands = script.world.messages.slice(from).flatMap((message) => {
    const parsed = parseEvent(message);
    if (parsed.kind !== 'event' || state.overflow === undefined) return [];
    return overflowedBy(state, state.overflow, parsed.event) ?? [];
  });
  // In two goes, as where the second part is looked for later.
  for (const some of [commands.slice(0, 1), commands.slice(1)]) {
    script.step(agentId, { told: { 'refuse-overflow': { commands: some } } });
  }
}

/** Quotas: calls, questions, and an agent that is not heard. */
export function quotas(script: Script): void {
  const quotas = { calls: 1, questions: 1 } as Quotas;
  const agentId = script.ready();
  script.send(agentId);
  script.settle(agentId);
  for (let n = 0; n < 3; n += 1) script.call(agentId, 'job', 'list');
  script.outside(agentId, (state, context) => refusalEvents(state, quotas, context));
  script.settle(agentId);
  script.say(agentId, 'response.question', { text: 'Quickly?', waitMs: 1_000 });
  script.step(agentId, { isAwaited: () => false });
  script.world.pass(3_000);
  const asked = [1, 2, 3].map(() =>
    script.say(agentId, 'response.question', { text: 'May I?', waitMs: 20_000 }),
  );
  script.send(agentId, { answers: asked[0] });
  script.outside(agentId, (state, context) => refusalEvents(state, quotas, context));
  script.settle(agentId);

  const muted = script.ready({ turnDeadlineMs: 60_000 });
  script.send(muted);
  script.settle(muted);
  const until = new Date(script.world.now + 30_000).toISOString();
  const excess = { reason: 'too many messages', cure: 'Wait.', until };
  script.outside(muted, (state, context) => mutedEvents(state, excess, context));
  stayBusy(script);
  script.outside(muted, unmutedEvents);
  script.world.pass(61_000);
  script.settle(muted);
  const { until: _until, ...forGood } = excess;
  script.send(muted);
  script.step(muted);
  script.outside(muted, (state, context) => mutedEvents(state, forGood, context));
  script.settle(muted);
}

/** Time: what keeps an agent alive whose time is over. */
export function time(script: Script): void {
  const TTL = { ttlMs: 60_000, turnDeadlineMs: 600_000 };
  const queued = script.ready(TTL);
  script.world.pass(59_990);
  script.send(queued);
  script.world.pass(2_000);
  script.settle(queued);
  const asking = script.ready(TTL);
  script.say(asking, 'response.question', { text: 'May I?', waitMs: 90_000 });
  script.step(asking, { isAwaited: () => false });
  script.world.pass(62_000);
  script.settle(asking);
  script.world.pass(30_000);
  script.settle(asking);
  const late = script.ready(TTL);
  script.world.pass(62_000);
  script.settle(late);
  script.settle(late, { end: { code: 0, signal: null } });
}
