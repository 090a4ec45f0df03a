import test from 'ava';
import {
  AGENT_ENTRY,
  AGENT_ENTRY_LABEL,
  AGENTS_LABEL,
} from '../../platform/docker/choose-runtime.ts';
import { type DockerEngine, docker } from '../support/docker/docker-cli.ts';
import { dockerEngine } from '../support/docker/engine.ts';
import { workerImage } from '../support/docker/project-images.ts';

const BUILD_MS = 10 * 60_000;
const HARDENED = ['--read-only', '--cap-drop=ALL', '--security-opt=no-new-privileges'];

const engine = await dockerEngine();
const withDocker = engine === undefined ? test.skip : test;
let image = '';

test.before(async (t) => {
  t.timeout(BUILD_MS);
  if (engine !== undefined) image = await workerImage(engine);
});

/** What a shell prints in an agent's home as locked up as an agent's container is. */
async function inside(script: string): Promise<string> {
  const here = engine as DockerEngine; // Only tests with an engine come here.
  const args = [
    'run',
    '--rm',
    '--network=none',
    ...HARDENED,
    '--entrypoint=bash',
    image,
    '-c',
    script,
  ];
  return (await docker(here, args)).trim();
}

withDocker('an agent is nobody of rank, at home in its workspace', async (t) => {
  t.is(
    await inside('id -un; id -u; id -G; pwd; echo $HOME'),
    ['agent', '1000', '1000', '/home/agent/workspace', '/home/agent'].join('\n'),
  );
});

withDocker(
  'it has bash, git, Node 24 and the command, which runs where nothing can be written',
  async (t) => {
    const versions = await inside('git --version && node --version && orchestrator --version');
    t.regex(versions, /^git version .*\nv24\..*\n\d+\.\d+\.\d+$/);
  },
);

withDocker('the command finds the code that was compiled when the image was made', async (t) => {
  // Not by its wrapper, which forgets what traces Node.
  const trace = await inside(
    'cd /usr/local/lib/orchestrator && NODE_COMPILE_CACHE=$PWD/compile-cache NODE_DEBUG_NATIVE=COMPILE_CACHE ' +
      'node orchestrator.cjs answer --help 2>&1 | grep "code cache for"',
  );
  t.regex(trace, /orchestrator\.cjs was accepted/);
  t.regex(trace, /orchestrator-whole\.cjs was accepted/);
});

withDocker('nothing that an agent could write to is on its PATH', async (t) => {
  t.is(await inside('IFS=:; for d in $PATH; do find $d -maxdepth 1 -writable ! -type l; done'), '');
});

withDocker('the demo agent is where the spawner starts it from', async (t) => {
  const said = await inside(String.raw`printf 'who are you\0' | (
    orchestrator() { echo "orchestrator $*"; }; export -f orchestrator
    bash /usr/local/share/orchestrator/demo-agent.sh)`);
  t.regex(said, /orchestrator ask I am the demo agent/);
});

withDocker('the image says what it is, and that its entry is the agents’ own', async (t) => {
  const format = '{{json .Config.Labels}}';
  const here = engine as DockerEngine; // As above.
  const labels = JSON.parse(await docker(here, ['image', 'inspect', '-f', format, image]));
  t.is(labels['org.opencontainers.image.title'], 'orchestrator-worker');
  t.is(labels[AGENT_ENTRY_LABEL], AGENT_ENTRY);
  t.is(labels[AGENTS_LABEL], 'none', 'D2: which CLIs it has');
});

withDocker('an agent CLI that there is not is refused by name', async (t) => {
  const here = engine as DockerEngine; // As above.
  const mount = `${import.meta.dirname}/../../images:/s:ro`;
  const inFolder = [
    '--workdir=/s/agents',
    '--entrypoint=node',
    image,
    '/s/worker/install-agents.mjs',
    'claude,clod',
  ];
  const args = ['run', '--rm', '-v', mount, ...inFolder];
  await t.throwsAsync(docker(here, args), { message: /AGENTS: no such agent: clod/ });
});
