import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { parse } from 'yaml';
import { z } from 'zod';
import { AGENT_KINDS } from '../../agents/agent-kinds.ts';
import { settingReaders } from '../../agents/setting-readers.ts';
import type { SettingReader } from '../../schemas/setting-readers.ts';
import { isSecretSetting } from '../../schemas/settings.ts';

const ROOT = join(import.meta.dirname, '..', '..');

const file = z
  .object({
    services: z.record(
      z.string(),
      z.looseObject({
        environment: z.record(z.string(), z.string()).default({}),
        volumes: z.array(z.string()).default([]),
      }),
    ),
    configs: z.record(z.string(), z.object({ content: z.string() })),
  })
  .parse(parse(readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8'), { merge: true }));

/** The service of the file that is one of the system's. */
const SERVICES: Readonly<Record<string, SettingReader>> = {
  streams: 'streams',
  spawner: 'spawner',
  projections: 'projections',
  bot: 'bot',
  'redis-adapter': 'redis',
  cli: 'command',
};

/** What the file decides itself, and where. */
const DECIDED: Readonly<Record<string, string>> = {
  ORCHESTRATOR_REPLICAS: 'its one server keeps all; docker-compose.cluster.yml has three',
  ORCHESTRATOR_DATA_DIR: 'the image: /data, a volume',
  ORCHESTRATOR_CREDENTIALS_DIR: '`credentials` in the data folder, which is a volume',
  ORCHESTRATOR_TOOLS_DIR: '`tools` in the data folder of the spawner, which is a volume',
  ORCHESTRATOR_AGENT_INTERNET: 'Compose makes the network: AGENTS_OFFLINE',
  ORCHESTRATOR_SHADOW: 'its spawner is the living one, beside which a shadow is started',
  ORCHESTRATOR_ACP_ENVIRONMENT: 'the variables would have to be passed, too: credentials/acp/env',
  ORCHESTRATOR_ACP_FILES: 'a folder of this machine: credentials/acp',
};

/** Bears a password, perhaps. */
const isSecret = (name: string) => isSecretSetting(name) || name === 'ORCHESTRATOR_REDIS_URL';

/** The variables of a service's secrets, by its reader's name. */
function secretsOf(service: string): string[] {
  const { volumes } = file.services[service] ?? { volumes: [] };
  const [volume] = volumes.find((each) => each.endsWith(':/run/secrets:ro'))?.split(':') ?? [];
  const content = volume === undefined ? '' : (file.configs[volume]?.content ?? '');
  return content.split('\n').flatMap((line) => /^([A-Z_]+)=\$\{\1:-/.exec(line)?.[1] ?? []);
}

for (const [service, reader] of Object.entries(SERVICES)) {
  test(`Compose passes ${service} every setting that it reads, and secrets as a file`, (t) => {
    const passed = Object.keys(file.services[service]?.environment ?? {});
    const secrets = secretsOf(service);
    for (const [name, readers] of settingReaders()) {
      if (!readers.includes(reader) || name in DECIDED) continue;
      t.true((isSecret(name) ? secrets : passed).includes(name), `${name} is forgotten`);
    }
  });
}

test('Compose passes secrets to nobody who does not read them', (t) => {
  const readers = settingReaders();
  const keys = AGENT_KINDS.flatMap(({ login }) => login?.variables ?? []);
  for (const [service, { environment }] of Object.entries(file.services)) {
    const shown = Object.keys(environment).filter((name) => isSecret(name) || keys.includes(name));
    t.deepEqual(shown, [], `in the environment of ${service}`);
    for (const name of secretsOf(service)) {
      const of = readers.get(name) ?? (keys.includes(name) ? ['spawner'] : []);
      t.true(of.includes(SERVICES[service] ?? 'agent'), `${name} for ${service}`);
    }
  }
});

test('Compose passes the spawner all that the CLIs of its agents take: keys as secrets', (t) => {
  const passed = Object.keys(file.services.spawner?.environment ?? {});
  const secrets = secretsOf('spawner');
  for (const { name, login, takes = [] } of AGENT_KINDS) {
    for (const key of login?.variables ?? []) t.true(secrets.includes(key), `${name}: ${key}`);
    for (const variable of takes) t.true(passed.includes(variable), `${name}: ${variable}`);
  }
});

test('.env.example shows every variable that the file takes', (t) => {
  const text = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8');
  const shown = readFileSync(join(ROOT, '.env.example'), 'utf8');
  const taken = new Set([...text.matchAll(/\$\{([A-Z_]+)/g)].map(([, name = '']) => name));
  taken.delete('COMPOSE_PROJECT_NAME');
  const lacking = [...taken].filter((name) => !new RegExp(`^#${name}=`, 'm').test(shown));
  t.deepEqual(lacking, []);
});

test('what .env.example shows is taken by the file or by Compose itself', (t) => {
  const text = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8');
  const shown = readFileSync(join(ROOT, '.env.example'), 'utf8');
  const names = [...shown.matchAll(/^#([A-Z_]+)=/gm)].map(([, name = '']) => name);
  const unknown = names.filter((name) => !text.includes(`\${${name}`));
  t.deepEqual(unknown, ['COMPOSE_PROFILES']);
});
