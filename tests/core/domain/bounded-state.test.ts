import test from 'ava';
import fc from 'fast-check';
import { isLive, MAX_WAITING, MAX_WAITING_TEXT } from '../../../core/domain/agent/agent-state.ts';
import { MAX_ARCHIVED } from '../../../core/domain/archived-agent.ts';
import { MAX_ENDED_JOBS, MAX_JOBS } from '../../../core/domain/job/fold-job.ts';
import { MAX_NODES } from '../../../core/domain/node/node.ts';
import { MAX_ALL_PROJECTS } from '../../../core/domain/project/project.ts';
import { applyEvent, initialSystem, type SystemState } from '../../../core/domain/system-state.ts';
import { MAX_FRAGMENTS, MAX_PEOPLE } from '../../../core/domain/user/user.ts';
import type { StoredEvent } from '../../../schemas/event.ts';
import type { DataOf, EventType } from '../../../schemas/event-catalogue.ts';
import { MAX_SNAPSHOTS } from '../../../schemas/limits.ts';
import { created, exited, OWNER, READY, working } from '../../support/agent-events.ts';
import { AGENT, CONTEXT, stored } from '../../support/decider.ts';
import { anyEvent } from '../../support/event-arbitraries.ts';

const requested = { tool: 'deploy', verb: 'run', notify: false, timeouts: {} };

/** Events as they follow each other in a log, each with its place and an id of its own. */
class Flood {
  readonly state: SystemState = initialSystem();
  #sequence = 0;

  constructor(before: readonly StoredEvent[] = []) {
    for (const event of before) this.#apply(event);
  }

  add<T extends EventType>(type: T, data: DataOf<T>, subject?: string): this {
    const event = stored(type, data, { id: `${AGENT}-${this.#sequence}` });
    return this.#apply(subject === undefined ? event : { ...event, subject });
  }

  /** The same again and again. */
  times(count: number, each: (flood: this, index: number) => void): SystemState {
    for (let index = 0; index < count; index += 1) each(this, index);
    return this.state;
  }

  #apply(event: StoredEvent): this {
    this.#sequence += 1;
    applyEvent(this.state, { ...event, sequence: this.#sequence });
    return this;
  }
}

const agentIdOf = (index: number): string => `agent-${index.toString(16).padStart(12, '0')}`;

const ofAgent = ({ agents }: SystemState, agentId = AGENT) => agents.get(agentId);

/** Bounded by what its owner does next, or by another list: docs/decisions/0091 has them all. */
const BOUNDED_ELSEWHERE = [
  // What lives, and a day of what ended.
  'agents',
  'fences',
  // A setting of the agent, and what comes with one message.
  'agents.*.allowedTools',
  'agents.*.queue.*.files',
  'agents.*.turn.undelivered.files',
  'agents.*.questions.*.answer.files',
  'users.*.fragments.*.files',
  // What is said of a repository once.
  'projects.*.notes',
  // No more than what waits can be.
  'agents.*.running',
  'agents.*.turn.messages',
];

/** What many events make of each list that they can make longer, and how long it may be. */
const FLOODS: Record<string, { most: number; length: () => number | undefined }> = {
  'agents.*.queue': {
    most: MAX_WAITING,
    length: () =>
      ofAgent(
        new Flood(working()).times(2 * MAX_WAITING, (flood) =>
          flood.add('command.send', { text: 'x', mode: 'wait' }),
        ),
      )?.queue.length,
  },
  'agents.*.controls': {
    most: MAX_WAITING,
    length: () =>
      ofAgent(
        new Flood(working()).times(2 * MAX_WAITING, (flood) =>
          flood.add('command.extend', { ttlMs: 1 }),
        ),
      )?.controls.length,
  },
  'agents.*.calls': {
    most: MAX_WAITING,
    length: () =>
      ofAgent(
        new Flood(working()).times(2 * MAX_WAITING, (flood, index) =>
          flood.add('tool.project.create', { name: `p-${index}` }),
        ),
      )?.calls.length,
  },
  'agents.*.questions': {
    most: MAX_WAITING,
    length: () => {
      const agent = ofAgent(
        new Flood(working()).times(2 * MAX_WAITING, (flood) =>
          flood.add('response.question', { text: '?', waitMs: 1_000 }),
        ),
      );
      return agent && isLive(agent) ? agent.questions?.length : undefined;
    },
  },
  'agents.*.snapshots': {
    most: MAX_SNAPSHOTS,
    length: () => {
      const commit = 'a'.repeat(40);
      const state = new Flood(working()).times(2 * MAX_SNAPSHOTS, (flood, index) =>
        flood.add('turn.snapshot', {
          turnId: `turn-${index}`,
          commit,
          files: 0,
          insertions: 0,
          deletions: 0,
        }),
      );
      const agent = ofAgent(state);
      return agent && isLive(agent) ? agent.snapshots?.length : undefined;
    },
  },
  'agents.*.closedQuestions': {
    most: 50,
    length: () => {
      const flood = new Flood(working());
      const state = flood.times(200, (each, index) => {
        each.add('response.question', { text: '?', waitMs: 1_000 });
        const callId = `${AGENT}-${working().length + 2 * index}`;
        each.add('result', { ok: true, callId, value: null }, `agents.${AGENT}.result.x`);
      });
      const agent = ofAgent(state);
      return agent && isLive(agent) ? agent.closedQuestions?.length : undefined;
    },
  },
  archived: {
    most: MAX_ARCHIVED,
    length: () =>
      new Flood().times(2 * MAX_ARCHIVED, (flood, index) => {
        const at = `agents.${agentIdOf(index)}`;
        for (const { type, data } of [created, ...READY.slice(1), exited]) {
          // Data of the type that stands beside it.
          flood.add(type, data as never, `${at}.${type}`);
        }
        const endedAt = CONTEXT.now.toISOString();
        flood.add('process.archived', { endedAt }, `${at}.process.archived`);
      }).archived.size,
  },
  users: {
    most: MAX_PEOPLE,
    length: () =>
      new Flood().times(2 * MAX_PEOPLE, (flood, index) =>
        flood.add('user.introduced', { name: 'x' }, `users.terminal.u${index}.introduced`),
      ).users.size,
  },
  'users.*.agents': {
    most: 1_000,
    length: () =>
      new Flood()
        .times(2_000, (flood, index) =>
          flood.add(
            'user.agent-assigned',
            { agentId: agentIdOf(index) },
            'users.terminal.ann.agent-assigned',
          ),
        )
        .users.get('terminal/ann')?.agents.length,
  },
  'users.*.fragments': {
    most: MAX_FRAGMENTS,
    length: () => {
      const fragment = {
        of: { kind: 'text' },
        by: 'ann',
        text: 'x',
        addressed: true,
        length: 1,
        files: [],
        source: { message: 'm', content: 'c' },
      } as const;
      return new Flood()
        .times(2 * MAX_FRAGMENTS, (flood) =>
          flood.add(
            'user.fragment-heard',
            { ...fragment, files: [] },
            'users.terminal.ann.fragment-heard',
          ),
        )
        .users.get('terminal/ann')?.fragments?.length;
    },
  },
  projects: {
    most: MAX_ALL_PROJECTS,
    length: () =>
      new Flood().times(MAX_ALL_PROJECTS + 5, (flood, index) =>
        flood.add('project.created', { name: 'x', agentId: AGENT }, `projects.p${index}.created`),
      ).projects.size,
  },
  jobs: {
    most: MAX_JOBS,
    length: () =>
      new Flood().times(2 * MAX_JOBS, (flood, index) =>
        flood.add('job.requested', { ...requested, input: {} }, `jobs.job_${index}.requested`),
      ).jobs.size,
  },
  nodes: {
    most: MAX_NODES,
    length: () =>
      new Flood().times(2 * MAX_NODES, (flood, index) =>
        flood.add('node.draining', {}, `nodes.n${index}.draining`),
      ).nodes.size,
  },
};

for (const [list, { most, length }] of Object.entries(FLOODS)) {
  test(`whatever happens, ${list} has at most ${most} entries`, (t) => {
    t.is(length(), most);
  });
}

/** Where lists stand in a value: `agents.*.queue`. */
function* listsIn(value: unknown, path = ''): Generator<string> {
  if (value === null || typeof value !== 'object') return;
  const isList = Array.isArray(value) || value instanceof Map;
  if (isList && path !== '') yield path;
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  for (const [key, each] of entries) {
    const step = isList ? '*' : String(key);
    yield* listsIn(each, path === '' ? step : `${path}.${step}`);
  }
}

test('of every list in the state it is written down what bounds it', (t) => {
  const found = new Set<string>();
  const property = fc.property(
    fc.nat(working().length),
    fc.array(anyEvent, { maxLength: 60 }),
    (lived, events) => {
      const { state } = new Flood(working().slice(0, lived));
      for (const [index, event] of events.entries()) {
        try {
          applyEvent(state, { ...event, sequence: index + 100 });
        } catch {
          // What does not fold changes nothing.
        }
      }
      for (const list of listsIn(state)) found.add(list);
    },
  );
  fc.assert(property, { numRuns: 2_000 });
  const known = new Set([...Object.keys(FLOODS), ...BOUNDED_ELSEWHERE]);
  const unknown = [...found].filter((list) => !known.has(list));
  // What a call or a message holds is bounded by the size of a message.
  t.deepEqual(
    unknown.filter((list) => !/^agents\.\*\.calls\.\*\.input/.test(list)),
    [],
  );
  t.true(found.has('agents.*.queue') && found.has('users.*.fragments'));
});

test('of jobs that have ended the last are in the state', (t) => {
  const { jobs } = new Flood().times(2 * MAX_ENDED_JOBS, (flood, index) => {
    flood.add('job.requested', { ...requested, input: {} }, `jobs.job_${index}.requested`);
    flood.add('job.completed', { result: null }, `jobs.job_${index}.completed`);
  });
  t.deepEqual([jobs.size, jobs.keys().next().value], [MAX_ENDED_JOBS, `job_${MAX_ENDED_JOBS}`]);
});

test('texts that wait are bounded as well', (t) => {
  const text = 'x'.repeat(MAX_WAITING_TEXT / 8);
  const state = new Flood(working()).times(20, (flood) =>
    flood.add('command.send', { text, mode: 'wait' }),
  );
  t.is(ofAgent(state)?.queue.length, 8);
});

test('of people those are forgotten first of whom nothing is said that must hold', (t) => {
  const flood = new Flood();
  const about = (userId: string, name: string) => `users.terminal.${userId}.${name}`;
  flood.add('user.agent-assigned', { agentId: AGENT }, about('has', 'agent-assigned'));
  flood.add('user.denied', {}, about('denied', 'denied'));
  flood.add('user.mode-chosen', { mode: 'wait' }, about('chose', 'mode-chosen'));
  flood.add('user.introduced', { name: 'Ann' }, about('first', 'introduced'));
  flood.add('user.introduced', { name: 'Ben' }, about('second', 'introduced'));
  flood.add('user.introduced', { name: 'Ann' }, about('first', 'introduced'));
  const { users } = flood.times(MAX_PEOPLE - 4, (each, index) =>
    each.add('user.introduced', { name: 'x' }, about(`u${index}`, 'introduced')),
  );
  t.is(users.size, MAX_PEOPLE);
  t.deepEqual(
    ['has', 'denied', 'chose', 'first', 'second'].filter((userId) =>
      users.has(`terminal/${userId}`),
    ),
    ['has', 'denied', 'chose', 'first'],
  );
});

test('the projects of an agent of nobody leave the state with it, and those of a person stay', (t) => {
  const owned = { ...created.data, owner: OWNER };
  const projectsAfter = (owner: typeof OWNER | undefined) => {
    const { owner: _owner, ...free } = owned as DataOf<'command.create'>;
    const flood = new Flood()
      .add('command.create', owner ? { ...free, owner } : free)
      .add(
        'project.created',
        { name: 'x', agentId: AGENT, ...(owner && { owner }) },
        'projects.p1.created',
      )
      .add('process.start-failed', { runId: 'run-1', reason: 'x' })
      .add('process.archived', { endedAt: CONTEXT.now.toISOString() });
    return flood.state.projects.size;
  };
  t.is(projectsAfter(undefined), 0);
  t.is(projectsAfter(OWNER), 1);
});

test('a spawner that takes agents again is none that is kept in mind', (t) => {
  const { nodes } = new Flood()
    .add('node.draining', {}, 'nodes.n1.draining')
    .add('node.resumed', {}, 'nodes.n1.resumed').state;
  t.is(nodes.size, 0);
});
