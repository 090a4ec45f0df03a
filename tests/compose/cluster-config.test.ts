import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import test from 'ava';
import { serverUrls } from '../../schemas/server-urls.ts';
import { compose } from '../support/docker/compose.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const FILES = ['-f', 'docker-compose.yml', '-f', 'docker-compose.cluster.yml'];

interface Service {
  image?: string;
  command?: string[];
  environment?: Record<string, string>;
  networks?: Record<string, unknown>;
  ports?: { host_ip: string }[];
  volumes?: { source: string; target: string }[];
  read_only?: boolean;
  cap_drop?: string[];
}

async function services(): Promise<Record<string, Service>> {
  const [program, ...first] = await compose();
  const args = [...first, ...FILES, '--profile', '*', 'config', '--format', 'json'];
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  // What Compose prints of its own model.
  return (JSON.parse(stdout) as { services: Record<string, Service> }).services;
}

test('the cluster of Compose: three servers that everybody knows, two of what may be lost, one bot', async (t) => {
  const all = await services();
  const running = (word: string) =>
    Object.keys(all).filter((name) => all[name]?.command?.[0] === word);
  t.deepEqual(running('nats-server'), ['nats', 'nats-2', 'nats-3']);
  t.deepEqual(running('spawner'), ['spawner', 'spawner-2']);
  t.deepEqual(running('projections'), ['projections', 'projections-2']);
  t.deepEqual(running('bot'), ['bot']);
  t.is(all.streams?.environment?.ORCHESTRATOR_REPLICAS, '3');
  const stores = running('nats-server').map(
    (name) => all[name]?.volumes?.find(({ target }) => target === '/share/streams')?.source,
  );
  t.is(new Set(stores).size, 3, 'each has a store of its own');
  const names = running('nats-server').map((name) => all[name]?.environment?.NATS_SERVER_NAME);
  t.is(new Set(names).size, 3, 'and a name');
  for (const [name, { environment, read_only, cap_drop, ports, networks }] of Object.entries(all)) {
    const url = environment?.ORCHESTRATOR_NATS_URL;
    if (url !== undefined) t.is(serverUrls(url).length, 3, name);
    // Compose writes what a service is given as a file into its container.
    t.is(read_only === true, name !== 'secrets', name);
    t.deepEqual(cap_drop, ['ALL'], name);
    t.true(
      (ports ?? []).every(({ host_ip }) => host_ip === '127.0.0.1'),
      name,
    );
    t.is('routes' in (networks ?? {}), name.startsWith('nats'), `${name} and the routes`);
  }
});
