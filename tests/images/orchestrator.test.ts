import test from 'ava';
import { type DockerEngine, docker } from '../support/docker/docker-cli.ts';
import { dockerEngine } from '../support/docker/engine.ts';
import { orchestratorImage } from '../support/docker/project-images.ts';

const BUILD_MS = 10 * 60_000;

const engine = await dockerEngine();
const withDocker = engine === undefined ? test.skip : test;
let image = '';

test.before(async (t) => {
  t.timeout(BUILD_MS);
  if (engine !== undefined) image = await orchestratorImage(engine);
});

const HARDENED = ['--read-only', '--cap-drop=ALL', '--security-opt=no-new-privileges'];

const run = (...args: string[]): Promise<string> => {
  const here = engine as DockerEngine; // Only tests with an engine come here.
  return docker(here, ['run', '--rm', '--network=none', ...HARDENED, ...args]);
};

withDocker(
  'any command of the operator runs, as nobody of rank, where nothing can be written',
  async (t) => {
    t.regex(await run(image, '--version'), /^\d+\.\d+\.\d+\n$/);
    t.is(await run('--entrypoint=id', image, '-u'), '1000\n');
  },
);

withDocker(
  'a service that lacks its system says so in one line and ends with an error',
  async (t) => {
    const volume = '--tmpfs=/data:uid=1000,mode=0700';
    await t.throwsAsync(run(volume, image, 'projections'), {
      message: /exit code 1: ORC_NOT_REACHABLE: /,
    });
    await t.throwsAsync(run(image, 'projections'), { message: /exit code 1: ORC_DATA_DIR: / });
  },
);

withDocker(
  'only what runs is in it: bundles and what they read, no sources, no packages, no tools of the build',
  async (t) => {
    const found = await run('--entrypoint=sh', image, '-c', 'ls /app; ls /app/dist');
    t.deepEqual(found.trim().split('\n'), [
      'dist',
      'package.json',
      'bin',
      'bot.cjs',
      'commits.sh',
      'console',
      'demo-agent.sh',
      'erase-redis.cjs',
      'fold-version.json',
      'keeper.sh',
      'mcp-protocol.cjs',
      'orchestrator-whole.cjs',
      'orchestrator.cjs',
      'otlp-exporter.cjs',
      'projections.cjs',
      'redis.cjs',
      'snapshot.sh',
      'spawner.cjs',
      'undo.sh',
      'workspace-tree.sh',
    ]);
  },
);

withDocker('git and ssh are in it, for the repositories of projects', async (t) => {
  t.regex(await run('--entrypoint=git', image, '--version'), /^git version 2\./);
  t.regex(await run('--entrypoint=sh', image, '-c', 'ssh -V 2>&1'), /^OpenSSH/);
});

withDocker('a new volume belongs to the services, and nobody else looks into it', async (t) => {
  const folders = '/data /keys /share/nats /share/services /share/spawner'.split(' ');
  const stats = await run('--entrypoint=stat', image, '--format=%u %a', ...folders);
  t.deepEqual(
    stats.trim().split('\n'),
    folders.map(() => '1000 700'),
  );
});
