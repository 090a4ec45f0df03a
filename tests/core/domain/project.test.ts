import test from 'ava';
import type { PendingCall } from '../../../core/domain/agent/agent-state.ts';
import {
  answerGetProject,
  answerListProjects,
  decideCreateProject,
} from '../../../core/domain/project/decide-project.ts';
import { evolveProject, type ProjectState } from '../../../core/domain/project/project.ts';
import type { StoredEvent } from '../../../schemas/event.ts';
import { parseSubject } from '../../../schemas/subjects.ts';
import { AGENT, CONTEXT, stored } from '../../support/decider.ts';

const OTHER = 'agent-00000000000b';
const ANN = { channel: 'terminal', userId: 'ann' };
const BEN = { channel: 'telegram', userId: 'ann' };

const call = (callId: string, input: Record<string, unknown>): PendingCall => ({
  callId,
  sequence: 7,
  tool: 'project',
  verb: 'create',
  input,
});

const create = (
  callId: string,
  name: string,
  caller: { agentId: string; owner?: typeof ANN },
  { projects = new Map<string, ProjectState>(), most = 1_000 } = {},
) => decideCreateProject(call(callId, { name }), caller, { projects, most }, CONTEXT.now);

/** The projects after these creations. */
function projectsOf(...outcomes: ReturnType<typeof create>[]): Map<string, ProjectState> {
  const projects = new Map<string, ProjectState>();
  for (const event of outcomes.flatMap((outcome) => (outcome.ok ? outcome.events : []))) {
    const address = parseSubject(event.subject);
    if (address?.family !== 'project') continue;
    const { projectId } = address;
    // What was decided, as it stands in the log.
    const project = evolveProject(undefined, projectId, { ...event, sequence: 1 } as StoredEvent);
    if (project) projects.set(projectId, project);
  }
  return projects;
}

test('a call makes one project however often it is handled, and tells its id', (t) => {
  const [one, again] = [1, 2].map(() => create('call-1', 'myapp', { agentId: AGENT, owner: ANN }));
  t.deepEqual(one, again);
  t.true(one?.ok);
  const [project] = projectsOf(...(one ? [one] : [])).values();
  t.like(project, { name: 'myapp', agentId: AGENT, owner: ANN });
  t.like(one, { value: { id: project?.id, name: 'myapp' } });
  t.like(create('call-2', 'myapp', { agentId: AGENT }), { ok: true });
  t.notDeepEqual(create('call-2', 'myapp', { agentId: AGENT }), one);
});

test('a project that exists stays as it was created', (t) => {
  const [project] = projectsOf(create('call-1', 'one', { agentId: AGENT })).values();
  const again = stored('project.created', { name: 'two', agentId: OTHER });
  t.is(evolveProject(project, project?.id ?? '', again), project);
  t.is(evolveProject(undefined, 'proj_1', stored('turn.signalled', {})), undefined);
});

test('a person sees the projects of all own agents, and nobody else’s', (t) => {
  const projects = projectsOf(
    create('call-1', 'one', { agentId: AGENT, owner: ANN }),
    create('call-2', 'two', { agentId: OTHER, owner: ANN }),
    create('call-3', 'three', { agentId: AGENT, owner: BEN }),
    create('call-4', 'four', { agentId: AGENT }),
  );
  const names = (caller: { agentId: string; owner?: typeof ANN }) => {
    const outcome = answerListProjects(call('call-5', {}), caller, projects);
    return outcome.ok && Array.isArray(outcome.value) ? outcome.value.map(({ name }) => name) : [];
  };
  t.deepEqual(names({ agentId: AGENT, owner: ANN }), ['one', 'two']);
  t.deepEqual(names({ agentId: OTHER, owner: BEN }), ['three']);
  t.deepEqual(names({ agentId: OTHER }), ['two'], 'nobody’s agent sees its own');
});

test('another person’s project is as good as none', (t) => {
  const projects = projectsOf(create('call-1', 'one', { agentId: AGENT, owner: ANN }));
  const [projectId = ''] = projects.keys();
  const get = (owner: typeof ANN, id = projectId) =>
    answerGetProject(call('call-2', { projectId: id }), { agentId: OTHER, owner }, projects);
  t.like(get(ANN), { ok: true, value: { id: projectId, name: 'one' } });
  t.like(get(BEN), { ok: false, code: 'ORC_PROJECT_NOT_FOUND' });
  t.like(get(ANN, 'proj_none'), { ok: false, code: 'ORC_PROJECT_NOT_FOUND' });
});

test('A2: a list of projects comes in pages, each behind the one before', (t) => {
  const projects = projectsOf(
    ...Array.from({ length: 1_200 }, (_, n) =>
      create(`call-${n}`, `p${n}`, { agentId: AGENT, owner: ANN }),
    ),
  );
  const page = (input: Record<string, unknown>) => {
    const outcome = answerListProjects(
      call('list', input),
      { agentId: OTHER, owner: ANN },
      projects,
    );
    return outcome.ok && Array.isArray(outcome.value) ? outcome.value : [];
  };
  const first = page({});
  t.deepEqual([first.length, first.at(-1)?.name], [500, 'p499']);
  const second = page({ after: first.at(-1)?.id, limit: 2 });
  t.deepEqual(
    second.map(({ name }) => name),
    ['p500', 'p501'],
  );
  t.is(page({ after: [...projects.keys()].at(-1) }).length, 0);
  const gone = answerListProjects(
    call('list', { after: 'proj_none' }),
    { agentId: AGENT },
    projects,
  );
  t.like(gone, { ok: false, code: 'ORC_PROJECT_NOT_FOUND' });
});

test('a person makes so many projects and no more, with whichever agent; another still may', (t) => {
  const ann = { agentId: AGENT, owner: ANN };
  const projects = projectsOf(create('c-1', 'one', ann), create('c-2', 'two', ann));
  const third = (most: number, caller: { agentId: string; owner?: typeof ANN }) =>
    create('c-3', 'three', caller, { projects, most });
  t.like(third(2, { agentId: OTHER, owner: ANN }), {
    ok: false,
    code: 'ORC_QUOTA',
    message: 'There are 2 projects of this person already, which is as many as may be',
  });
  t.true(third(3, ann).ok);
  t.true(third(2, { agentId: AGENT, owner: BEN }).ok);
  t.true(third(2, { agentId: OTHER }).ok);
});

test('an agent of nobody makes so many projects and no more', (t) => {
  const projects = projectsOf(create('c-1', 'one', { agentId: AGENT }));
  t.false(create('c-2', 'two', { agentId: AGENT }, { projects, most: 1 }).ok);
  t.true(create('c-2', 'two', { agentId: OTHER }, { projects, most: 1 }).ok);
});
