import test from 'ava';
import { OwnIdsLearner } from '../../../core/erase/own-ids.ts';
import { OwnPlaces } from '../../../core/erase/own-places.ts';
import type { StoredEvent } from '../../../schemas/event.ts';
import type { DataOf, EventType } from '../../../schemas/event-catalogue.ts';
import { newEvent, type Whose } from '../../../schemas/new-event.ts';

const ADA = { channel: 'telegram', userId: '1001' };
const BEN = { channel: 'telegram', userId: '2002' };
const A = 'agent-00000000000a';
const B = 'agent-00000000000b';
const C = 'agent-00000000000c';
const LIFE = { kind: 'demo', ttlMs: 1, turnDeadlineMs: 1 };

/** A log, each event at the next place. */
class Told {
  readonly events: StoredEvent[] = [];

  tell<T extends EventType>(type: T, whose: Whose<T>, data: DataOf<T>): this {
    const sequence = this.events.length + 1;
    const meta = { id: `e-${sequence}`, source: 'orchestrator/test', now: new Date(0) };
    // What was appended stands there with its place, and no more.
    this.events.push({ ...newEvent(type, whose, data, meta), sequence } as StoredEvent);
    return this;
  }

  create(agentId: string, owner: typeof ADA | undefined, more: object = {}): this {
    return this.tell('command.create', { agentId }, { ...LIFE, ...(owner && { owner }), ...more });
  }

  send(agentId: string, from: typeof ADA): this {
    return this.tell('command.send', { agentId }, { text: 'x', from, mode: 'join' });
  }

  of(person: typeof ADA, withShared = false) {
    const learner = new OwnIdsLearner();
    for (const event of this.events) learner.learn(event);
    return learner.of(person, withShared);
  }

  placesOf(person: typeof ADA): number[] {
    const places = new OwnPlaces(this.of(person));
    return this.events
      .filter((event) => places.takes(event.subject, event))
      .map(({ sequence }) => sequence);
  }
}

test('an agent is its owner’s, and of one without an owner whoever alone wrote to it', (t) => {
  const log = new Told()
    .create(A, ADA)
    .create(B, undefined)
    .send(B, ADA)
    .create(C, undefined)
    .send(C, ADA)
    .send(C, BEN);
  t.like(log.of(ADA), { agents: [A, B], shared: [{ agentId: C, of: 'telegram/2002' }] });
  t.deepEqual(log.of(ADA, true).agents, [A, B, C]);
});

test('an agent of somebody else’s to which the person wrote is told, and erased whole if that is wanted', (t) => {
  const log = new Told().create(B, BEN).send(B, ADA).create(A, ADA).send(A, BEN);
  t.like(log.of(ADA), {
    agents: [A],
    shared: [{ agentId: B, of: 'telegram/2002' }],
    othersIn: [A],
  });
  t.deepEqual(log.of(ADA, true).agents.sort(), [A, B]);
});

test('an agent that was made for an own one is own, and a fork for somebody else is told', (t) => {
  const log = new Told()
    .create(A, ADA)
    .create(B, undefined, { ordered: { jobId: 'job-1', by: A, depth: 1 } })
    .create(C, BEN, { forkedFrom: { agentId: A, turnId: 'turn-1', sequence: 1 } });
  t.like(log.of(ADA), { agents: [A, B], shared: [{ agentId: C, of: 'telegram/2002' }] });
});

test('a chat that has moved is one person by both ids', (t) => {
  const moved = { channel: 'telegram', userId: '-1001' };
  const log = new Told().create(A, ADA).tell('user.moved', ADA, { to: '-1001' }).create(B, moved);
  t.deepEqual(log.of(ADA).agents, [A, B]);
  t.deepEqual(log.of(moved).agents, [A, B]);
  t.deepEqual(log.placesOf(moved), [1, 2, 3]);
});

test('a project is own unless an agent of somebody else works in it', (t) => {
  const log = new Told()
    .tell('project.created', { projectId: 'p-1' }, { name: 'one', owner: ADA })
    .tell('project.created', { projectId: 'p-2' }, { name: 'two', owner: ADA })
    .create(A, ADA, { project: { id: 'p-1', name: 'one' } })
    .create(B, BEN, { project: { id: 'p-2', name: 'two' } });
  t.like(log.of(ADA), { projects: ['p-1'], sharedProjects: ['p-2'] });
  t.deepEqual(log.placesOf(ADA), [1, 3]);
});

test('the places are those of agents, the person, jobs and chats, and of nobody else', (t) => {
  const job = { tool: 'deploy', verb: 'trigger', input: {}, notify: false, timeouts: {} };
  const delivery = (deliveryId: string) => ({ channel: 'telegram', deliveryId });
  const log = new Told()
    .create(A, ADA)
    .create(B, BEN)
    .tell('user.introduced', ADA, { name: 'Ada' })
    .tell('user.introduced', BEN, { name: 'Ben' })
    .tell('user.agent-assigned', BEN, { agentId: A })
    .tell('job.requested', { jobId: 'j-1' }, { ...job, by: { agentId: A, callId: 'c' } })
    .tell('job.requested', { jobId: 'j-2' }, { ...job, owner: BEN })
    .tell('job.completed', { jobId: 'j-1' }, { result: 1 })
    .tell('job.completed', { jobId: 'j-2' }, { result: 1 })
    .tell('delivery.requested', delivery('d-1'), { chatId: '1001', text: 'hello' })
    .tell('delivery.requested', delivery('d-2'), { chatId: '2002', text: 'hello' })
    .tell('delivery.confirmed', delivery('d-1'), { part: 0, parts: 1, messageId: '1' })
    .tell('delivery.shown', delivery('1001_1'), { questionId: `${A}_q-1` })
    .tell('node.draining', { node: 'n-1' }, {})
    .tell('log.erased', { stream: 'EVENTS' }, { erasure: 'e', places: [] });
  t.deepEqual(log.placesOf(ADA), [1, 3, 5, 6, 8, 10, 12, 13]);
  t.deepEqual(
    log.placesOf(BEN),
    [2, 4, 7, 9, 11, 5].sort((a, b) => a - b),
  );
});

test('homes of containers that were not removed are told', (t) => {
  const run = { runId: 'r', node: 'n', epoch: 1, expiresAt: '2099-01-01T00:00:00.000Z' };
  const whose = { agentId: A };
  const log = new Told()
    .create(A, ADA)
    .tell('process.starting', whose, { ...run, runtime: 'docker' });
  t.deepEqual(log.of(ADA).homesElsewhere, [A]);
  log.tell('process.home-removed', whose, { endedAt: '2026-01-01T00:00:00.000Z' });
  t.deepEqual(log.of(ADA).homesElsewhere, []);
});
