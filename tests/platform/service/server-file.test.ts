import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { loadSettings } from '../../../agents/load-settings.ts';
import { readServers } from '../../../platform/service/server-file.ts';
import { systemTools } from '../../../platform/service/system-tools.ts';
import { renderInstructions } from '../../../schemas/agent-instructions.ts';
import { declaredTool } from '../../../schemas/tool-declaration.ts';
import { temporaryFolder } from '../../support/nats.ts';

const WEB = { id: 'srv_web', name: 'web server', ssh: 'deploy@web.example', key: 'keys/web' };

test('servers are read with their keys by reference; all mistakes are told at once', async (t) => {
  const folder = await temporaryFolder(t);
  const file = join(folder, 'servers.json');
  t.deepEqual(await readServers(file), []);
  await writeFile(file, JSON.stringify([WEB, { ...WEB, id: 'srv_b', port: 2222, key: '/k' }]));
  t.deepEqual(await readServers(file), [
    { ...WEB, key: join(folder, 'keys/web') },
    { ...WEB, id: 'srv_b', port: 2222, key: '/k' },
  ]);
  const wrong = [
    { ...WEB, ssh: '-oProxyCommand=sh' },
    { ...WEB, id: 'web', ssh: 'a@-oProxyCommand=sh' },
    { ...WEB, key: '', more: 1 },
  ];
  await writeFile(file, JSON.stringify(wrong));
  const told = (await t.throwsAsync(readServers(file), { code: 'ORC_TOOLS' }))?.message ?? '';
  for (const part of ['0.ssh: ', '1.id: ', '1.ssh: ', '2.key: ', 'more']) {
    t.true(told.includes(part), `${part} in ${told}`);
  }
  await writeFile(file, JSON.stringify([WEB, WEB]));
  await t.throwsAsync(readServers(file), { message: /an id stands there twice/ });
});

test('deploy and engineering are there by themselves, infra where there are servers; a declaration takes their place', async (t) => {
  const folder = await temporaryFolder(t);
  const paths = { tools: join(folder, 'none'), servers: join(folder, 'servers.json') };
  const settings = loadSettings({});
  const namesOf = async () => (await systemTools(settings, paths)).tools.map(({ name }) => name);
  t.deepEqual(await namesOf(), ['deploy', 'engineering']);
  await writeFile(paths.servers, JSON.stringify([WEB]));
  const { tools } = await systemTools(settings, paths);
  const text = renderInstructions(undefined, tools.map(declaredTool));
  t.true(
    text.includes('orchestrator deploy') && text.includes('orchestrator engineering --task "…"'),
  );
  t.true(text.includes('srv_web (web server)') && !text.includes('keys/web'));

  const own = {
    name: 'deploy',
    summary: 'Ours.',
    executor: { kind: 'command', command: ['true'] },
  };
  await mkdir(paths.tools);
  await writeFile(join(paths.tools, 'deploy.json'), JSON.stringify(own));
  const replaced = await systemTools(settings, paths);
  t.is(replaced.tools.find(({ name }) => name === 'deploy')?.summary, 'Ours.');
  t.is(replaced.tools.length, 3);
});
