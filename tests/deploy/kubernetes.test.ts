import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { settingReaders } from '../../agents/setting-readers.ts';
import { runProgram } from '../../bootstrap/run-program.mjs';
import { serverUrls } from '../../schemas/server-urls.ts';
import { isSecretSetting } from '../../schemas/settings.ts';
import { kubectl } from '../support/kubectl.ts';
import { type Manifest, manifestProblems, readManifests } from './manifests.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const KUBERNETES = join(ROOT, 'deploy', 'kubernetes');

const program = await kubectl().catch((error: unknown) => {
  // There nothing is left out.
  if (process.env.CI === 'true') throw error;
  return undefined;
});
const withKubectl = program === undefined ? test.skip : test;

test('kubectl is there, or it is said what is left out without it', (t) => {
  if (program === undefined) t.log('skipped: the Kubernetes manifests, since there is no kubectl');
  t.pass();
});

const overlays = new Map<string, Promise<Manifest[]>>();

/** Made once: the tests only read it. */
function overlay(name: 'single' | 'cluster'): Promise<Manifest[]> {
  const made = overlays.get(name) ?? makeOverlay(name);
  overlays.set(name, made);
  return made;
}

async function makeOverlay(name: string): Promise<Manifest[]> {
  if (program === undefined) throw new Error('there is no kubectl');
  const made = await runProgram(program, ['kustomize', join(KUBERNETES, name)]);
  if (!made.ok) throw new Error(made.stderr);
  return readManifests(made.stdout);
}

const named = (all: readonly Manifest[], kind: string, name: string): Manifest => {
  const found = all.find((one) => one.kind === kind && one.metadata.name.startsWith(name));
  if (found === undefined) throw new Error(`there is no ${kind} ${name}`);
  return found;
};

const podOf = ({ spec }: Manifest) => spec?.template?.spec;

for (const name of ['single', 'cluster'] as const) {
  withKubectl(`${name}: what kubectl makes of it is what the API takes`, async (t) => {
    t.timeout(300_000);
    const all = await overlay(name);
    t.true(all.length > 15);
    t.deepEqual(await manifestProblems(all), []);
  });

  withKubectl(
    `${name}: every container is locked up, limited and probed, and holds no secret by value`,
    async (t) => {
      t.timeout(300_000);
      const all = await overlay(name);
      t.false(all.some(({ kind }) => kind === 'Secret'));
      for (const manifest of all) {
        const pod = podOf(manifest);
        if (pod === undefined) continue;
        const { kind, metadata } = manifest;
        t.true(pod.securityContext?.runAsNonRoot, metadata.name);
        t.false(pod.automountServiceAccountToken, metadata.name);
        for (const container of pod.containers) {
          const { securityContext: own, resources } = container;
          const what = `${metadata.name}/${container.name}`;
          t.true(own?.readOnlyRootFilesystem, what);
          t.false(own?.allowPrivilegeEscalation, what);
          t.deepEqual(own?.capabilities?.drop, ['ALL'], what);
          t.truthy(resources?.limits?.cpu, what);
          t.truthy(resources?.limits?.memory, what);
          t.true(kind === 'Job' || container.readinessProbe !== undefined, what);
          const byValue = (container.env ?? []).filter(
            (one) => /TOKEN|SECRET|PASSWORD/.test(one.name) && one.value !== undefined,
          );
          t.deepEqual(byValue, [], what);
        }
        const root = pod.containers.filter(
          ({ securityContext }) => securityContext?.runAsUser === 0,
        );
        const paths = (pod.volumes ?? []).flatMap(({ hostPath }) => hostPath?.path ?? []);
        const isSpawner = metadata.name === 'spawner';
        t.deepEqual(
          root.map((one) => one.name),
          isSpawner ? ['docker-proxy'] : [],
          'one is root',
        );
        t.deepEqual(paths, isSpawner ? ['/var/run/docker.sock'] : []);
      }
    },
  );
}

withKubectl(
  'a cluster has three servers that everybody knows, and keeps every stream on all of them',
  async (t) => {
    t.timeout(300_000);
    const all = await overlay('cluster');
    const { data } = named(all, 'ConfigMap', 'orchestrator');
    t.is(data?.ORCHESTRATOR_REPLICAS, '3');
    t.is(named(all, 'StatefulSet', 'nats').spec?.replicas, 3);
    t.is(serverUrls(data?.ORCHESTRATOR_NATS_URL ?? '').length, 3);
    t.is(named(all, 'Deployment', 'projections').spec?.replicas, 2);
    t.is(named(all, 'Deployment', 'bot').spec?.replicas, 1, 'Telegram takes one');
  },
);

withKubectl(
  'each service gets the secrets that it reads by reference, and the settings of all',
  async (t) => {
    t.timeout(300_000);
    const all = await overlay('single');
    const services = [
      ['spawner', 'DaemonSet'],
      ['projections', 'Deployment'],
      ['bot', 'Deployment'],
    ] as const;
    for (const [service, kind] of services) {
      const container = podOf(named(all, kind, service))?.containers.find(
        ({ name }) => name === service,
      );
      const { env = [], envFrom = [] } = container ?? {};
      for (const [name, readers] of settingReaders()) {
        if (!readers.includes(service) || !isSecretSetting(name)) continue;
        t.truthy(
          env.find((one) => one.name === name)?.valueFrom?.secretKeyRef,
          `${service}: ${name}`,
        );
      }
      t.true(envFrom.some(({ configMapRef }) => configMapRef?.name.startsWith('orchestrator')));
      const keys = envFrom.filter(({ secretRef }) => secretRef?.name === 'orchestrator-agents');
      t.is(keys.length, service === 'spawner' ? 1 : 0, 'the keys of agents');
    }
  },
);

withKubectl('a field that there is not, and a value that is none, are found', async (t) => {
  const all = await overlay('single');
  const nats = named(all, 'StatefulSet', 'nats');
  t.regex(
    (await manifestProblems([{ ...nats, spec: { ...nats.spec, replica: 3 } }])).join('\n'),
    /replica/,
  );
  t.regex(
    (await manifestProblems([{ ...nats, spec: { ...nats.spec, minReadySeconds: 'three' } }])).join(
      '\n',
    ),
    /minReadySeconds/,
  );
});

test('the door to Docker is the one of the images, on loopback', (t) => {
  const read = (...path: string[]) => readFileSync(join(ROOT, ...path), 'utf8');
  const [, ...own] = read('deploy', 'kubernetes', 'base', 'docker-proxy.conf').split('\n');
  const ofImages = read('images', 'docker-proxy', 'nginx.conf');
  t.is(own.join('\n'), ofImages.replace('listen 2375;', 'listen 127.0.0.1:2375;'));
});
