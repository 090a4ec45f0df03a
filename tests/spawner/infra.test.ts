import test from 'ava';
import { answeredEvents } from '../../core/domain/job/job-events.ts';
import { defaultTools } from '../../schemas/default-tools.ts';
import { newAgentId } from '../../schemas/ids.ts';
import { createAgent } from '../support/commands.ts';
import { ownFolder } from '../support/git.ts';
import { call, end, happened } from '../support/job-calls.ts';
import { startSpawner } from '../support/spawner.ts';
import { startSshd } from '../support/sshd.ts';

const ANN = { channel: 'test', userId: 'ann' };

test('infra runs a script on a server over ssh, once its person has seen all of it and said yes', async (t) => {
  const folder = ownFolder(t);
  const { target, port, key, knownHosts } = await startSshd(t, folder);
  const web = { id: 'srv_web', name: 'web server', ssh: target, port, key, knownHosts };
  // A host whose key is another’s is not the server that is meant.
  const other = { ...web, id: 'srv_other', knownHosts: `${folder}/host.pub` };
  const servers = [web, other];
  const spawner = await startSpawner(t, {
    servers,
    tools: defaultTools(servers),
    stopGraceMs: 200,
  });
  const agent = newAgentId();
  await createAgent(spawner.log, agent, 'while read -r line; do :; done', { owner: ANN });
  await spawner.event(agent, 'process.ready');

  const run = async (serverId: string, task: string) => {
    const job = await call(spawner, agent, 'infra.run', { input: { serverId, task } });
    t.like(job, { state: 'input_required' });
    const asked = await happened(spawner, job.id, 'job.input-required');
    const waiting = spawner.follower.state.jobs.get(String(job.id));
    if (waiting?.phase !== 'input_required') throw new Error(`it is ${waiting?.phase}`);
    await spawner.log.append(answeredEvents(waiting, true, ANN, new Date()));
    return { id: String(job.id), question: String(Reflect.get(Object(asked.data), 'question')) };
  };

  const task = 'read -r x <<E\n$(date)\nE\necho "on $(cat /etc/hostname)"; echo no >&2; exit 0';
  const done = await run('srv_web', task);
  t.true(done.question.includes(`task: ${task}`) && done.question.includes('serverId: srv_web'));
  const completed = await end(spawner, done.id);
  t.regex(JSON.stringify(completed.data), /"exitCode":0,"output":"on /);

  const fails = await run('srv_web', 'echo broken >&2; exit 3');
  t.like((await end(spawner, fails.id)).data, {
    code: 'ORC_JOB_FAILED',
    reason: 'exit code 3: broken',
  });
  const stranger = await run('srv_other', 'true');
  t.like((await end(spawner, stranger.id)).data, { code: 'ORC_JOB_INTERRUPTED' });

  const long = await run('srv_web', 'echo begun; sleep 600');
  await happened(spawner, long.id, 'job.accepted');
  await call(spawner, agent, 'job.cancel', { jobId: long.id });
  t.is((await end(spawner, long.id)).type, 'job.cancelled');

  t.like(await call(spawner, agent, 'infra.run', { input: { serverId: 'srv_x', task: 'true' } }), {
    error: { code: 'ORC_BAD_INPUT' },
  });
});
