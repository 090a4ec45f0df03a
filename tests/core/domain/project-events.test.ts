import test from 'ava';
import type { PendingCall } from '../../../core/domain/agent/agent-state.ts';
import {
  decideArchiveProject,
  decideUseProject,
  findOwnProject,
} from '../../../core/domain/project/decide-project.ts';
import { findProject } from '../../../core/domain/project/find-project.ts';
import { evolveProject, type ProjectState } from '../../../core/domain/project/project.ts';
import { evolveUser, initialUser } from '../../../core/domain/user/user.ts';
import { isBranchName, projectSource } from '../../../schemas/project-source.ts';
import { AGENT, CONTEXT, stored } from '../../support/decider.ts';

const ANN = { channel: 'terminal', userId: 'ann' };
const BEN = { channel: 'terminal', userId: 'ben' };

const fold = (...events: Parameters<typeof evolveProject>[2][]): ProjectState | undefined =>
  events.reduce<ProjectState | undefined>(
    (state, event) => evolveProject(state, 'proj_1', event),
    undefined,
  );

const created = (more = {}) => stored('project.created', { name: 'shop', owner: ANN, ...more });

test('a project of a repository is ready when that is fetched, and failed where it cannot be', (t) => {
  t.is(fold(created())?.phase, undefined);
  t.is(fold(created({ repo: '/srv/shop' }))?.phase, 'fetching');
  const ready = stored('project.ready', { branch: 'trunk', notes: ['submodules'] });
  const there = fold(created({ repo: '/srv/shop' }), ready);
  t.like(there, { phase: undefined, branch: 'trunk', notes: ['submodules'] });
  const problem = { code: 'ORC_GIT', reason: 'no', cure: 'yes' };
  const failed = stored('project.failed', problem);
  t.like(fold(created({ repo: '/srv/shop' }), failed, ready), { phase: 'failed', problem });
  t.is(fold(created({ repo: '/srv/shop' }), ready, failed)?.phase, undefined);
  t.is(fold(created(), stored('project.archived', {}))?.phase, 'archived');
  t.is(fold(ready), undefined);
});

test('a project is found by id or name; one that is archived only by its id', (t) => {
  const all = [
    { id: 'proj_1', name: 'shop' },
    { id: 'proj_2', name: 'shop', phase: 'archived' },
    { id: 'proj_3', name: 'blog' },
    { id: 'proj_4', name: 'blog' },
  ];
  t.like(findProject('shop', all), { ok: true, project: { id: 'proj_1' } });
  t.like(findProject('proj_2', all), { ok: true, project: { id: 'proj_2' } });
  t.like(findProject('blog', all), { ok: false, code: 'ORC_BAD_INPUT' });
  t.like(findProject('none', all), { ok: false, code: 'ORC_PROJECT_NOT_FOUND' });
});

const call = (verb: string, input: Record<string, unknown>): PendingCall => ({
  callId: 'call-1',
  sequence: 7,
  tool: 'project',
  verb,
  input,
});

test('an agent finds its user’s projects and its own, and nobody else’s', (t) => {
  const project = fold(created());
  const projects = new Map(project ? [['proj_1', project]] : []);
  const find = (input: Record<string, unknown>, caller: object) =>
    findOwnProject(call('diff', input), { agentId: AGENT, ...caller }, projects).ok;
  t.true(find({ project: 'shop' }, { owner: ANN }));
  t.false(find({ project: 'shop' }, { owner: BEN }));
  t.true(find({}, { owner: BEN, project: { id: 'proj_1' } }));
  t.false(find({}, { owner: ANN }));
});

test('a user’s project is chosen, and put away, once for a call', (t) => {
  const project = fold(created());
  const projects = new Map(project ? [['proj_1', project]] : []);
  const caller = { agentId: AGENT, owner: ANN };
  const use = decideUseProject(call('use', { project: 'shop' }), caller, projects, CONTEXT.now);
  t.like(use, { ok: true, value: { id: 'proj_1' } });
  const [chosen] = use.ok ? use.events : [];
  t.like(chosen, { subject: 'users.terminal.ann.project-chosen', data: { projectId: 'proj_1' } });
  const user = evolveUser(initialUser, stored('user.project-chosen', { projectId: 'proj_1' }));
  t.is(user.projectId, 'proj_1');
  t.false('projectId' in evolveUser(user, stored('user.project-chosen', {})));
  const nobody = decideUseProject(
    call('use', {}),
    { agentId: AGENT, project: { id: 'proj_1' } },
    projects,
    CONTEXT.now,
  );
  t.like(nobody, { ok: false, code: 'ORC_BAD_INPUT' });
  const archive = decideArchiveProject(
    call('archive', { project: 'proj_1' }),
    caller,
    projects,
    CONTEXT.now,
  );
  t.like(archive, { ok: true, value: { state: 'archived' } });
  for (const decide of [decideUseProject, decideArchiveProject]) {
    const refused = decide(call('use', { project: 'none' }), caller, projects, CONTEXT.now);
    t.like(refused, { ok: false, code: 'ORC_PROJECT_NOT_FOUND' });
  }
});

test('only a URL without a password, and an absolute folder, is a source', (t) => {
  const kinds = (texts: string[]) => texts.map((text) => projectSource(text)?.kind);
  const good = [
    'https://host/a.git',
    'http://host/a',
    'ssh://git@host/a',
    'git@host:a/b.git',
    '/a',
  ];
  t.deepEqual(kinds(good), ['url', 'url', 'url', 'url', 'folder']);
  const bad = [
    'ext::sh -c x',
    'git@host:ext::x',
    'file:///a',
    'git://host/a',
    '--upload-pack=x',
    '-x@host:a',
    'ssh://-oProxyCommand=x/a',
    'https://ann:secret@host/a',
    'https://token@host/a',
    'https://host/a\nb',
    'a/b',
    '',
    `/${'a'.repeat(5_000)}`,
  ];
  t.deepEqual(
    kinds(bad),
    bad.map(() => undefined),
  );
});

test('a branch name is none that git, a shell or an option could take for something else', (t) => {
  t.true(
    ['main', 'feature/a-b', 'orchestrator/agent-0123456789ab', 'ü', 'v1.0'].every(isBranchName),
  );
  const bad = [
    '',
    '-x',
    '.a',
    'a..b',
    'a/',
    '/a',
    'a//b',
    'a.lock',
    'a b',
    'a~1',
    'HEAD',
    'a\n',
    'a.',
  ];
  t.deepEqual(bad.filter(isBranchName), []);
});
