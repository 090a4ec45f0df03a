import type { Script } from './script.ts';

const ANN = { owner: { channel: 'terminal', userId: 'ann' } };
const BEN = { owner: { channel: 'telegram', userId: '1002' } };

/** Projects of several people, of one name, archived, and of nobody. */
export function projects(script: Script): void {
  const nobodys = script.ready();
  const ann = script.ready(ANN);
  const ben = script.ready(BEN);
  const call = (agentId: string, verb: string, input: object = {}) => {
    script.call(agentId, 'project', verb, input);
    script.settle(agentId);
  };
  call(nobodys, 'create', { name: 'own' });
  call(ann, 'create', { name: 'twice' });
  const [first = ''] = lastProjects(script);
  call(ann, 'create', { name: 'twice', repo: 'https://example.com/twice.git', branch: 'main' });
  const [second = ''] = lastProjects(script);
  call(ann, 'get', { projectId: second });
  call(ann, 'use', { project: 'twice' });
  call(ann, 'archive', { project: second });
  call(ann, 'use', { project: 'twice' });
  call(ann, 'use', { project: first });
  call(ann, 'use', { project: 'nowhere' });
  call(ann, 'list', { after: first });
  call(ann, 'list', { after: second, limit: 1 });
  call(ann, 'list', { after: 'proj_none' });
  call(ann, 'log');
  call(ann, 'log', { project: first });
  const another = script.ready(ANN);
  call(another, 'use', { project: first });
  call(another, 'get', { projectId: first });
  call(ben, 'get', { projectId: first });
  call(ben, 'use', { project: first });
  call(ben, 'list', { after: first });
  call(nobodys, 'get', { projectId: first });
  call(nobodys, 'get', { projectId: 'proj_none' });
  call(nobodys, 'use', { project: 'own' });
  call(nobodys, 'archive', { project: 'own' });
  call(nobodys, 'archive', { project: 'twice' });
  const guest = script.ready({ ...BEN, project: { id: first, name: 'twice' } });
  call(guest, 'use', { project: first });
  call(guest, 'log');
  call(guest, 'use', { project: 'own' });
}

const lastProjects = (script: Script): string[] =>
  [...script.world.system.projects.keys()].slice(-1);

/** Calls that come to nothing: none that there is, not allowed, of an agent that has ended. */
export function refusedCalls(script: Script): void {
  const agentId = script.ready({ ...ANN, allowedTools: ['project'] });
  script.call(agentId, 'project', 'create', { name: 7 });
  script.call(agentId, 'rocket', 'launch');
  script.call(agentId, 'deploy', 'run', { input: { target: 'shop' } });
  script.settle(agentId);
  script.call(agentId, 'project', 'list');
  script.step(agentId, { end: { code: 0, signal: null } });
  script.settle(agentId);
}
