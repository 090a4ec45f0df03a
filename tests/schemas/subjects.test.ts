import test from 'ava';
import fc from 'fast-check';
import { isToken } from '../../schemas/ids.ts';
import {
  type Address,
  agentFilter,
  deliveryFilter,
  InvalidSubject,
  parseSubject,
  STREAM_SUBJECTS,
  scheduleSubject,
  streamOf,
  subjectOf,
  userFilter,
} from '../../schemas/subjects.ts';
import { anyCharacter } from '../support/any-character.ts';
import { AGENT } from '../support/decider.ts';

const token = fc.stringMatching(/^[A-Za-z0-9_-]{1,128}$/);
const agentId = fc.stringMatching(/^agent-[0-9a-f]{12}$/);

const address: fc.Arbitrary<Address> = fc.oneof(
  fc.record({
    family: fc.constantFrom('command', 'process', 'response', 'timer'),
    agentId,
    name: token,
  }),
  fc.record({
    family: fc.constant('turn' as const),
    agentId,
    name: fc.constantFrom('started', 'nudged', 'ended', 'failed', 'signalled', 'ready'),
  }),
  fc.record({ family: fc.constant('tool' as const), agentId, tool: token, verb: token }),
  fc.record({ family: fc.constant('result' as const), agentId, callId: token }),
  fc.record({ family: fc.constant('file' as const), agentId, fileId: token }),
  fc.record({
    family: fc.constant('log' as const),
    agentId,
    name: fc.constantFrom('stdout', 'stderr'),
  }),
  fc.record({ family: fc.constant('user' as const), channel: token, userId: token, name: token }),
  fc.record({ family: fc.constant('project' as const), projectId: token, name: token }),
  fc.record({ family: fc.constantFrom('job', 'job-timer'), jobId: token, name: token }),
  fc.record({
    family: fc.constant('job-log' as const),
    jobId: token,
    name: fc.constantFrom('stdout', 'stderr'),
  }),
  fc.record({
    family: fc.constant('delivery' as const),
    channel: token,
    deliveryId: token,
    name: token,
  }),
);

/** Where a family is none of EVENTS or SAID. */
const STREAM_OF: Partial<Record<Address['family'], string>> = {
  log: 'LOGS',
  file: 'FILES',
  timer: 'TIMERS',
  'job-timer': 'TIMERS',
  'job-log': 'LOGS',
};

/** Does a NATS filter select a subject? */
function selects(filter: string, subject: string): boolean {
  const [wanted, given] = [filter.split('.'), subject.split('.')];
  const end = wanted.at(-1) === '>' ? wanted.length - 1 : -1;
  if (end === -1 ? wanted.length !== given.length : given.length <= end) return false;
  return wanted
    .slice(0, end === -1 ? wanted.length : end)
    .every((part, index) => part === '*' || part === given[index]);
}

test('every address becomes a subject from which it is read back', (t) => {
  fc.assert(
    fc.property(address, (given) => {
      t.deepEqual(parseSubject(subjectOf(given)), given);
    }),
  );
});

test('every subject belongs to exactly one stream', (t) => {
  fc.assert(
    fc.property(address, (given) => {
      const subject = subjectOf(given);
      const streams = Object.entries(STREAM_SUBJECTS).filter(([, filters]) =>
        filters.some((filter) => selects(filter, subject)),
      );
      t.deepEqual(
        streams.map(([name]) => name),
        [STREAM_OF[given.family] ?? streamOf(subject)],
      );
    }),
  );
});

test('no text of a user ever becomes more or other tokens than its own', (t) => {
  const text = fc.oneof(
    fc.string({ unit: anyCharacter, maxLength: 20 }),
    fc.constantFrom('', '*', '>', 'a.b', 'a b', 'a\n', '.', '$JS', 'é', '\0', 'a'.repeat(129)),
  );
  fc.assert(
    fc.property(text, (given) => {
      const build = () => [
        subjectOf({ family: 'user', channel: given, userId: given, name: 'agent-assigned' }),
        subjectOf({ family: 'project', projectId: given, name: given }),
        subjectOf({ family: 'result', agentId: AGENT, callId: given }),
        subjectOf({ family: 'tool', agentId: AGENT, tool: given, verb: given }),
        subjectOf({ family: 'command', agentId: AGENT, name: given }),
        scheduleSubject(AGENT, given, given),
        userFilter(given, given),
        subjectOf({ family: 'delivery', channel: given, deliveryId: given, name: given }),
        subjectOf({ family: 'file', agentId: AGENT, fileId: given }),
        deliveryFilter(given, given),
      ];
      if (!isToken(given)) {
        t.throws(build, { instanceOf: InvalidSubject });
        return;
      }
      const lengths = build().map((subject) => subject.split('.').length);
      t.deepEqual(lengths, [4, 3, 4, 5, 4, 4, 4, 4, 4, 4]);
    }),
  );
});

test('an agent id is agent- and 12 hex digits, and nothing else reaches a subject', (t) => {
  for (const agentId of ['agent-123', 'agent-0123456789AB', 'agent-0123456789ab\n', '*', '>', '']) {
    t.throws(() => subjectOf({ family: 'command', agentId, name: 'send' }), {
      instanceOf: InvalidSubject,
      message: /agent- and 12 hex digits/,
    });
    t.throws(() => agentFilter(agentId), { instanceOf: InvalidSubject });
  }
});

test('a subject that is none of ours is no address, and never an error', (t) => {
  for (const subject of [
    '',
    'agents',
    `agents.${AGENT}`,
    `agents.${AGENT}.command`,
    `agents.${AGENT}.command.send.more`,
    `agents.${AGENT}.secret.send`,
    `agents.${AGENT}.log.stdin`,
    `agents.${AGENT}.tool.project`,
    `agents.${AGENT}.tool.project.create.more`,
    'agents.agent-1.command.send',
    'users.terminal.ann',
    'projects.p.q.r',
    'deliveries.telegram.r',
    'deliveries.telegram.r.confirmed.more',
    'schedules.x.ttl.run',
    'users..ann.name',
    'users.a b.ann.name',
  ]) {
    t.is(parseSubject(subject), undefined, subject);
  }
  fc.assert(fc.property(fc.string({ unit: anyCharacter }), (text) => void parseSubject(text)));
});

test('a filter selects all of one agent, one of its families, or one user, and nobody else’s', (t) => {
  fc.assert(
    fc.property(address, (given) => {
      const subject = subjectOf(given);
      const own = 'agentId' in given;
      t.is(selects(agentFilter(AGENT), subject), own && given.agentId === AGENT);
      if (!own) return;
      t.true(selects(agentFilter(given.agentId), subject));
      t.true(selects(agentFilter(given.agentId, given.family), subject));
      const other = given.family === 'command' ? 'response' : 'command';
      t.false(selects(agentFilter(given.agentId, other), subject));
    }),
  );
  t.is(userFilter('terminal', 'ann'), 'users.terminal.ann.>');
  t.is(scheduleSubject(AGENT, 'ttl', 'run'), `schedules.${AGENT}.ttl.run`);
});
