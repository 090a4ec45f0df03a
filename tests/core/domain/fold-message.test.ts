import test from 'ava';
import { isLive } from '../../../core/domain/agent/agent-state.ts';
import { foldMessage } from '../../../core/domain/fold-message.ts';
import {
  applyEvent,
  initialSystem,
  type SystemState,
  serializeSystem,
} from '../../../core/domain/system-state.ts';
import type { StoredEvent } from '../../../schemas/event.ts';
import type { RawMessage } from '../../../schemas/parse-event.ts';
import {
  created,
  deleteAsked,
  exited,
  RUN,
  sent,
  stopped,
  stopping,
  working,
} from '../../support/agent-events.ts';
import { AGENT, stored } from '../../support/decider.ts';
import { idOf } from '../log/events.ts';

function message(
  subject: string,
  type: string | undefined,
  data: unknown = {},
  id = idOf('id-1'),
  sequence = 7,
): RawMessage {
  const headers: Record<string, string | undefined> = { 'ce-type': type, 'ce-id': id };
  return {
    subject,
    sequence,
    time: new Date('2026-01-04T15:00:00.000Z'),
    size: 100,
    header: (name) => headers[name],
    payload: Buffer.from(JSON.stringify(data)),
  };
}

const agentOf = (state: ReturnType<typeof initialSystem>) => state.agents.get(AGENT);

/** After some of an agent's life. */
function lived(...events: StoredEvent[]): SystemState {
  const state = initialSystem();
  for (const event of events) applyEvent(state, event);
  return state;
}

const WORDS = [
  ['response.answer', { text: 'x' }],
  ['response.question', { text: 'x', waitMs: 1_000 }],
  ['response.progress', { text: 'x' }],
  ['tool.project.create', { name: 'x' }],
  ['turn.signalled', {}],
  ['turn.ready', {}],
] as const;

test('an event is folded, and is the last of the log', (t) => {
  const state = initialSystem();
  const parsed = foldMessage(
    state,
    message(`agents.${AGENT}.command.send`, 'command.send', { text: 'hi' }),
  );
  t.is(parsed.kind, 'event');
  t.is(state.sequence, 7);
  t.is(agentOf(state)?.queue.length, 1);
});

test('an agent cannot state on a subject that it may use what belongs on another', (t) => {
  const end = { runId: 'run-1', code: 0, signal: null };
  for (const [subject, type, data] of [
    [`agents.${AGENT}.response.answer`, 'process.exited', end],
    [`agents.${AGENT}.response.answer`, 'command.send', { text: 'forged' }],
    [`agents.${AGENT}.turn.signalled`, 'turn.ended', { turnId: 't', answers: 0, questions: 0 }],
    [`agents.${AGENT}.tool.project.list`, 'result', { ok: true, callId: 'c', value: 1 }],
    [`agents.${AGENT}.tool.project.list`, 'tool.project.create', { name: 'other' }],
    [`agents.${AGENT}.result.c`, 'command.send', { text: 'forged' }],
    ['users.terminal.ann.agent-assigned', 'user.agent-released', { agentId: AGENT, reason: '' }],
    ['projects.p.created', 'user.agent-assigned', { agentId: AGENT }],
  ] as const) {
    const state = initialSystem();
    const parsed = foldMessage(state, message(subject, type, data));
    t.deepEqual(parsed, {
      kind: 'invalid',
      reason: `ce-type ${type} does not belong on ${subject}`,
    });
    t.is(agentOf(state)?.queue.length ?? 0, 0);
    t.is(state.users.size + state.projects.size, 0);
    t.is(state.sequence, 7, 'it still counts as the last of the log');
  }
});

test('a tool call that does not parse is owed a refusal; of a tool that only a declaration can have, its owner knows', (t) => {
  const state = lived(created);
  foldMessage(
    state,
    message(`agents.${AGENT}.tool.rocket.launch`, 'tool.rocket.launch', {}, idOf('c-1')),
  );
  const create = `agents.${AGENT}.tool.project.create`;
  foldMessage(state, message(create, 'tool.project.create', { name: '' }, idOf('c-2')));
  foldMessage(state, message(create, 'tool.project.create', { name: '' }, idOf('c-2')));
  foldMessage(state, message(create, 'response.answer', { text: 'forged' }, idOf('c-3')));
  t.deepEqual(
    agentOf(state)?.calls.map(({ callId, tool, verb, refused }) => [
      callId,
      tool,
      verb,
      refused?.code,
    ]),
    [
      [idOf('c-1'), 'rocket', 'launch', undefined],
      [idOf('c-2'), 'project', 'create', 'ORC_BAD_INPUT'],
      [idOf('c-3'), 'project', 'create', 'ORC_BAD_INPUT'],
    ],
  );
});

test('a tool call without an id that its agent may give is owed nothing', (t) => {
  const state = lived(created);
  const [launch, create] = ['rocket.launch', 'project.create'].map(
    (tool) => `agents.${AGENT}.tool.${tool}`,
  ) as [string, string];
  foldMessage(state, message(launch, undefined, {}, ''));
  for (const id of ['a.b', 'c-1', idOf('c', 'agent-ba9876543210'), idOf('a.b')]) {
    foldMessage(state, message(launch, 'tool.rocket.launch', {}, id));
    foldMessage(state, message(create, 'tool.project.create', { name: 'x' }, id));
  }
  t.is(agentOf(state)?.calls.length ?? 0, 0);
});

test('what does not parse still moves the fence of its agent, for it is the last of its subject', (t) => {
  const state = lived(created);
  foldMessage(state, message(`agents.${AGENT}.process.sung`, 'process.sung'));
  t.is(state.fences.get(AGENT), 7);
  foldMessage(
    state,
    message(`agents.${AGENT}.process.ready`, 'process.ready', { runId: 1 }, 'x', 9),
  );
  t.is(state.fences.get(AGENT), 9);
  foldMessage(state, message(`agents.${AGENT}.response.answer`, 'response.answer', {}, 'y', 10));
  t.is(state.fences.get(AGENT), 9);
});

test('what stands on a subject that is none of ours changes nothing but the sequence', (t) => {
  const state = initialSystem();
  const parsed = foldMessage(state, message('jobs.j.requested', 'response.answer', { text: 'x' }));
  t.is(parsed.kind, 'invalid');
  t.deepEqual(state, { ...initialSystem(), sequence: 7 });
});

test('whatever a living agent says is counted, as large as the broker has it; valid or not', (t) => {
  const state = initialSystem();
  const create = { kind: 'line', ttlMs: 1, turnDeadlineMs: 1 };
  const run = { runId: 'run-1', node: 'n', epoch: 1, runtime: 'local' };
  const starting = { ...run, expiresAt: '2026-01-04T17:00:00.000Z' };
  const say = (name: string, type: string | undefined, data: unknown = {}) =>
    foldMessage(state, message(`agents.${AGENT}.${name}`, type, data));
  say('response.answer', 'response.answer', { text: 'before it lived' });
  say('command.create', 'command.create', create);
  say('process.starting', 'process.starting', starting);
  say('response.answer', 'response.answer', { text: 'x' });
  say('response.progress', undefined);
  say('response.sung', 'response.sung');
  say('tool.rocket.launch', 'tool.rocket.launch');
  say('turn.signalled', 'turn.signalled');
  say('command.send', 'command.send', { text: 'none of its words' });
  say('turn.nudged', 'turn.nudged', { turnId: 't' });

  const agent = agentOf(state);
  t.true(agent && isLive(agent));
  t.deepEqual(agent && isLive(agent) && agent.said, {
    events: 5,
    bytes: 500,
    minute: { since: '2026-01-04T15:00:00.000Z', events: 5, bytes: 500 },
  });
});

test('what an agent says counts while it lives', (t) => {
  for (const [type, data] of WORDS) {
    const state = lived(...working());
    t.is(foldMessage(state, message(`agents.${AGENT}.${type}`, type, data)).kind, 'event', type);
  }
});

test('what an agent says after its end counts for nobody, and is no call that is owed anything', (t) => {
  const deleted = stored('process.deleted', { commandId: 'delete-1' });
  const lost = stored('process.lost', { runId: RUN, reason: 'gone' });
  const notStarted = stored('process.start-failed', { runId: RUN, reason: 'no bash' });
  for (const end of [
    [...working(), exited],
    [...working(), stopping, stopped],
    [...working(), lost],
    [created, notStarted],
    [...working(), exited, deleteAsked, deleted],
  ]) {
    for (const [type, data] of WORDS) {
      const state = lived(...end);
      const before = serializeSystem({ ...state, sequence: 7 });
      const folded = foldMessage(state, message(`agents.${AGENT}.${type}`, type, data));
      const reason = `${AGENT} had ended before it said this`;
      t.deepEqual(folded, { kind: 'refused', reason }, type);
      t.is(serializeSystem(state), before);
    }
    const state = lived(...end);
    const launch = message(`agents.${AGENT}.tool.rocket.launch`, 'tool.rocket.launch');
    t.is(foldMessage(state, launch).kind, 'refused');
    t.deepEqual(agentOf(state)?.calls, []);
  }
});

test('an agent that nobody created says nothing, and comes to be by nothing that it says', (t) => {
  for (const [type, data] of WORDS) {
    const state = initialSystem();
    const folded = foldMessage(state, message(`agents.${AGENT}.${type}`, type, data));
    const reason = `there is no agent ${AGENT}, so it says nothing`;
    t.deepEqual(folded, { kind: 'refused', reason }, type);
    t.is(state.agents.size, 0);
  }
  const asked = lived(sent('m-1'));
  t.is(
    foldMessage(asked, message(`agents.${AGENT}.turn.ready`, 'turn.ready')).kind,
    'refused',
    'a message to it does not make it one',
  );
});

test('a call that was made before the end is still owed its result', (t) => {
  const state = lived(...working());
  const create = `agents.${AGENT}.tool.project.create`;
  foldMessage(state, message(create, 'tool.project.create', { name: 'x' }, idOf('c-1')));
  applyEvent(state, exited);
  t.deepEqual(
    agentOf(state)?.calls.map(({ callId }) => callId),
    [idOf('c-1')],
  );
});
