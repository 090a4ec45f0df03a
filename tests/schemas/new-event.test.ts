import test from 'ava';
import { newEvent } from '../../schemas/new-event.ts';
import { InvalidSubject } from '../../schemas/subjects.ts';

const AGENT = 'agent-0123456789ab';
const now = new Date('2026-01-04T15:00:00.000Z');
const meta = { id: 'e-1', source: 'test', now };

test('an event has the subject of its type, whosever it is', (t) => {
  const subjects = [
    newEvent('turn.nudged', { agentId: AGENT }, { turnId: 't' }, meta),
    newEvent('tool.project.get', { agentId: AGENT }, { projectId: 'p' }, meta),
    newEvent(
      'result',
      { agentId: AGENT, callId: 'c-1' },
      { ok: true, callId: 'c-1', value: 1 },
      meta,
    ),
    newEvent(
      'user.agent-assigned',
      { channel: 'terminal', userId: 'ann' },
      { agentId: AGENT },
      meta,
    ),
    newEvent('project.created', { projectId: 'p-1' }, { name: 'shop', agentId: AGENT }, meta),
    newEvent('node.draining', { node: 'n-1' }, {}, meta),
    newEvent(
      'log.archived',
      { stream: 'EVENTS' },
      { from: 1, to: 2, events: 2, bytes: 9, sha256: 'f0', object: 'o-1' },
      meta,
    ),
    newEvent('delivery.settled', { channel: 'telegram', deliveryId: 'd-1' }, { through: 1 }, meta),
  ].map(({ subject }) => subject);
  t.deepEqual(subjects, [
    `agents.${AGENT}.turn.nudged`,
    `agents.${AGENT}.tool.project.get`,
    `agents.${AGENT}.result.c-1`,
    'users.terminal.ann.agent-assigned',
    'projects.p-1.created',
    'nodes.n-1.draining',
    'streams.EVENTS.archived',
    'deliveries.telegram.d-1.settled',
  ]);
});

test('it says who states it, when, and because of what', (t) => {
  const cause = { correlationId: 'm-1', causationId: 't-1' };
  const event = newEvent(
    'turn.nudged',
    { agentId: AGENT },
    { turnId: 't-1' },
    { ...meta, ...cause },
  );
  t.deepEqual(event, {
    id: 'e-1',
    type: 'turn.nudged',
    source: 'test',
    time: '2026-01-04T15:00:00.000Z',
    ...cause,
    subject: `agents.${AGENT}.turn.nudged`,
    data: { turnId: 't-1' },
  });
  t.false('correlationId' in newEvent('node.resumed', { node: 'n' }, {}, meta));
});

test('what may be no part of a subject makes no event', (t) => {
  t.throws(() => newEvent('node.resumed', { node: 'a.b' }, {}, meta), {
    instanceOf: InvalidSubject,
  });
});
