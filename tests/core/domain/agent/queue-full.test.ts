import test from 'ava';
import {
  type AgentState,
  isAwaited,
  MAX_RUNNING,
  MAX_TURN_MESSAGES,
  MAX_WAITING,
  MAX_WAITING_TEXT,
} from '../../../../core/domain/agent/agent-state.ts';
import type { AgentTraits } from '../../../../core/domain/agent/agent-traits.ts';
import { nextStep } from '../../../../core/domain/agent/next-step.ts';
import type { StoredEvent } from '../../../../schemas/event.ts';
import { READY, RUN, sent, stopping, working } from '../../../support/agent-events.ts';
import { evolved, JOINS, QUEUES, stored } from '../../../support/decider.ts';
import { SimulatedAgent } from '../../../support/simulated-agent.ts';

const FEW: AgentTraits = { ...QUEUES, maxQueue: 2 };

const create = (agent: SimulatedAgent): void =>
  agent.happen('command.create', { kind: 'line', ttlMs: 1_000, turnDeadlineMs: 1_000 }, 'create');

/** So many messages, while no spawner looks. */
function flood(agent: SimulatedAgent, messages: number): void {
  for (let at = 0; at < messages; at += 1) {
    agent.happen('command.send', { text: 'x', mode: 'wait' }, `m-${at}`);
  }
}

const rejections = ({ log }: SimulatedAgent) =>
  log.flatMap((event) => (event.type === 'process.rejected' ? [event] : []));

const numbered = (events: readonly StoredEvent[]): StoredEvent[] =>
  events.map((event, index) => ({ ...event, sequence: index + 1 }));

test('a message behind as many as may wait is refused before anything else is done', (t) => {
  const waiting = ['m-2', 'm-3', 'm-4', 'm-5'].map((id) => sent(id, 'wait'));
  const state = evolved([...working(), ...waiting]);
  t.deepEqual(nextStep(state, FEW), { do: 'refuse-queue', behind: 2 });
  t.is(nextStep(evolved([...working(), ...waiting.slice(0, 2)]), FEW), undefined);
  t.is(nextStep(state, QUEUES), undefined);
});

test('whoever sent too much is told the code, why and what to do, as the outcome of that message', (t) => {
  const agent = new SimulatedAgent(FEW);
  create(agent);
  agent.settle();
  flood(agent, 4);
  agent.settle();
  const refused = rejections(agent);
  t.deepEqual(
    refused.map(({ data }) => data.commandId),
    ['m-2', 'm-3'],
  );
  t.like(refused[0], { correlationId: 'm-2', data: { code: 'ORC_QUEUE_FULL' } });
  t.regex(refused[0]?.data.reason ?? '', /2 messages wait already$/);
  t.is(agent.state.queue.length, 1);
});

test('of what comes while nobody looks the state keeps as much as it has room for, and the rest is refused', (t) => {
  const agent = new SimulatedAgent(QUEUES);
  create(agent);
  flood(agent, MAX_WAITING + 1_200);
  agent.happen('command.stop', { reason: 'asked' }, 'too-late');
  t.is(agent.state.queue.length, MAX_WAITING);
  t.deepEqual(agent.state.overflow, { from: MAX_WAITING + 2, to: MAX_WAITING + 1_202 });
  agent.work(1);
  t.is(rejections(agent).length, 500);
  // What was kept and comes again is not refused, nor kept twice.
  agent.happen('command.send', { text: 'x', mode: 'wait' }, 'm-0');
  agent.happen('command.send', { text: 'x', mode: 'wait' }, 'last');
  agent.settle();
  t.is(agent.state.overflow, undefined);
  const refused = rejections(agent).map(({ data }) => data.commandId);
  t.is(refused.length, 1_202);
  t.deepEqual([refused[0], ...refused.slice(-2)], ['m-1000', 'too-late', 'last']);
  t.is(new Set(refused).size, refused.length);
  t.like(rejections(agent)[0], { correlationId: 'm-1000', data: { code: 'ORC_QUEUE_FULL' } });
  t.is(agent.stdin[0], 'm-0');
});

test('a message is taken again once there is room', (t) => {
  const agent = new SimulatedAgent(QUEUES);
  create(agent);
  flood(agent, MAX_WAITING + 1);
  agent.settle();
  agent.happen('response.answer', { text: 'done' }, 'answer');
  agent.settle();
  agent.happen('command.send', { text: 'x', mode: 'wait' }, 'later');
  t.is(agent.state.queue.at(-1)?.commandId, 'later');
  agent.settle();
  t.false(rejections(agent).some(({ data }) => data.commandId === 'later'));
});

test('what comes for an id that nobody created is refused as that, however much it is', (t) => {
  const agent = new SimulatedAgent(QUEUES);
  flood(agent, MAX_WAITING + 2);
  agent.settle();
  const codes = new Set(rejections(agent).map(({ data }) => data.code));
  t.deepEqual([...codes], ['ORC_AGENT_NOT_FOUND']);
  t.is(rejections(agent).length, MAX_WAITING + 2);
  t.false(isAwaited(agent.state));
});

test('texts that are too much together are refused as well', (t) => {
  const half = 'x'.repeat(MAX_WAITING_TEXT / 2);
  const large = (id: string) => stored('command.send', { text: half, mode: 'wait' }, { id });
  const file = stored('command.file', { path: 'workspace/a', content: half }, { id: 'file' });
  const run = stored('command.run', { commandLine: 'true', timeoutMs: 1 }, { id: 'run' });
  const state = evolved(numbered([...working(), large('m-2'), file, run]));
  t.is(state.queue.length + state.controls.length, 2);
  t.deepEqual(state.overflow, { from: 9, to: 9 });
});

test('an agent that ends keeps in mind what is still to be refused', (t) => {
  const agent = new SimulatedAgent(QUEUES);
  create(agent);
  agent.settle();
  agent.end = { code: 3, signal: null };
  flood(agent, MAX_WAITING + 1);
  agent.settle();
  t.is(agent.state.phase, 'ended');
  t.is(rejections(agent).length, MAX_WAITING + 1);
  t.false(isAwaited(agent.state));
});

test('a shell command is refused while as many run as may', (t) => {
  const runs = Array.from({ length: MAX_RUNNING + 1 }, (_, at) => `run-${at}`).flatMap((id) => [
    stored('command.run', { commandLine: 'true', timeoutMs: 1 }, { id }),
    stored('process.command-started', { runId: RUN, commandId: id }),
  ]);
  const state = evolved([...READY, ...runs.slice(0, -1)]);
  t.like(nextStep(state, QUEUES), { do: 'reject', code: 'ORC_QUEUE_FULL' });
  t.like(nextStep(evolved([...READY, ...runs.slice(0, -3)]), QUEUES), { do: 'run' });
});

test('a turn that has taken as many messages as it may is not joined', (t) => {
  const joined = Array.from({ length: MAX_TURN_MESSAGES - 1 }, (_, at) =>
    stored('process.delivered', {
      runId: RUN,
      commandId: `m-${at + 2}`,
      turnId: 'turn-of-m-1',
      bytes: 1,
    }),
  );
  const step = (events: StoredEvent[]) =>
    nextStep(evolved([...working(), ...events, sent('last')]), JOINS);
  t.is(step(joined), undefined);
  t.like(step(joined.slice(1)), { do: 'deliver' });
});

test('messages that wait for an agent which is about to end are refused behind as many as may', (t) => {
  const waiting = ['m-2', 'm-3', 'm-4'].map((id) => sent(id, 'wait'));
  const state: AgentState = evolved([...working(), ...waiting, stopping]);
  t.deepEqual(nextStep(state, FEW), { do: 'refuse-queue', behind: 2 });
});
