import { readFile } from 'node:fs/promises';
import test from 'ava';
import { AGENT_ENTRY, AGENT_ENTRY_LABEL } from '../../../platform/docker/choose-runtime.ts';
import { ownAgentNetwork } from '../../support/docker/agent-network.ts';
import { baseImages } from '../../support/docker/base-images.ts';
import type { DockerEngine } from '../../support/docker/docker-cli.ts';
import { dockerEngine } from '../../support/docker/engine.ts';
import { workerImage } from '../../support/docker/project-images.ts';
import { dataFolder, environment, orchestrator } from '../../support/system.ts';
import { RunningStart } from './running-start.ts';

const engine = await dockerEngine();

/** Settings for agents in containers, on a network that is gone with the test. */
async function docker(t: Parameters<typeof dataFolder>[0], on: DockerEngine) {
  return environment(dataFolder(t), {
    ORCHESTRATOR_RUNTIME: 'docker',
    ORCHESTRATOR_DOCKER_HOST: on.host,
    ORCHESTRATOR_WORKER_IMAGE: await workerImage(on),
    ORCHESTRATOR_AGENT_NETWORK: ownAgentNetwork(t, on),
    ORCHESTRATOR_AGENT_INTERNET: 'off',
  });
}

function starts(on: DockerEngine): void {
  test('messages from a pipe are answered by one agent in a container', async (t) => {
    const env = await docker(t, on);
    const input = 'Create project myapp\nhello\nhello again\n';

    const { code, stdout, stderr } = await orchestrator(['start'], { env, input });

    t.regex(
      stdout,
      /^Done! Created project 'myapp' \(ID: proj_\w+\)\.\n\[2\] You said: hello\n\[3\] You said: hello again\n$/,
    );
    t.is(code, 0, stderr);
  });

  test('a kept agent in a container is found again by the next start, with its memory', async (t) => {
    const env = await docker(t, on);
    const first = new RunningStart(t, env, { args: ['--keep-agents'] });
    first.write('one\n');
    await first.says('[1] You said: one');
    t.is((await first.end()).code, 0);

    const { stdout } = await orchestrator(['start'], { env, input: 'two\n' });

    t.is(stdout, '[2] You said: two\n');
  });

  test('an image of another version is built anew, and with `auto` agents run without it', async (t) => {
    // Every worker image stands on it, and it is none.
    const { NODE_IMAGE } = await baseImages(on);
    const own = { ORCHESTRATOR_DOCKER_HOST: on.host, ORCHESTRATOR_WORKER_IMAGE: NODE_IMAGE };
    const wanted = environment(dataFolder(t), { ...own, ORCHESTRATOR_RUNTIME: 'docker' });
    const { code, stderr } = await orchestrator(['start'], { env: wanted, input: 'x\n' });
    t.is(code, 1);
    t.regex(stderr, /ORC_WORKER_IMAGE: .*is of another version\. Build it with `npm run images`/);

    const auto = environment(dataFolder(t), { ...own, ORCHESTRATOR_RUNTIME: 'auto' });
    t.is((await orchestrator(['start'], { env: auto, input: 'x\n' })).stdout, '[1] You said: x\n');
  });

  test('an image that is not there stops the start in one line that says how to build it', async (t) => {
    const env = environment(dataFolder(t), {
      ORCHESTRATOR_RUNTIME: 'docker',
      ORCHESTRATOR_DOCKER_HOST: on.host,
      ORCHESTRATOR_WORKER_IMAGE: 'no-such-image:here',
    });

    const { code, stdout, stderr } = await orchestrator(['start'], { env, input: 'x\n' });

    t.is(code, 1);
    t.is(stdout, '');
    t.regex(stderr, /^orchestrator: ORC_WORKER_IMAGE: .*no-such-image:here.*`npm run images`.*\n$/);
  });
}

test('the image says of its entry what this version takes', async (t) => {
  const dockerfile = await readFile('images/worker/Dockerfile', 'utf8');
  t.true(dockerfile.includes(`${AGENT_ENTRY_LABEL}="${AGENT_ENTRY}"`));
});

test('an engine that does not answer stops the start in one line', async (t) => {
  const env = environment(dataFolder(t), {
    ORCHESTRATOR_RUNTIME: 'docker',
    ORCHESTRATOR_DOCKER_HOST: 'unix:///nowhere/docker.sock',
  });

  const { code, stderr } = await orchestrator(['start'], { env, input: 'x\n' });

  t.is(code, 1);
  t.regex(stderr, /^orchestrator: ORC_DOCKER: No Docker engine answers at unix:\/\/\/nowhere.*\n$/);
});

test('where no engine answers, `auto` runs agents as processes of this machine', async (t) => {
  const env = environment(dataFolder(t), {
    ORCHESTRATOR_RUNTIME: 'auto',
    ORCHESTRATOR_DOCKER_HOST: 'tcp://127.0.0.1:1',
  });

  const { code, stdout } = await orchestrator(['start'], { env, input: 'hello\n' });

  t.is(stdout, '[1] You said: hello\n');
  t.is(code, 0);
});

if (engine) starts(engine);
else test('start with containers', (t) => t.pass('skipped: no Docker engine'));
