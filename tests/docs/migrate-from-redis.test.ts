import { spawn } from 'node:child_process';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { temporaryFolder } from '../support/nats.ts';
import { startTestRedis } from '../support/redis.ts';
import { finished, startSystem } from '../support/system.ts';

const ROOT = join(import.meta.dirname, '..', '..');

const page = () => readFile(join(ROOT, 'docs', 'migrate-from-redis.md'), 'utf8');

const blocks = (text: string, language: string): string[] =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(
    ([, block = '']) => block,
  );

/** `redis-cli`, where the one that was found is not on the PATH by that name. */
async function writeCli(
  folder: string,
  [program = '', ...first]: readonly string[],
): Promise<void> {
  if (program === 'redis-cli') return;
  const line = [program, ...first].map((part) => `'${part}'`).join(' ');
  await writeFile(join(folder, 'redis-cli'), `#!/bin/sh\nexec ${line} "$@"\n`, { mode: 0o755 });
}

test('the page shows the older script as it is', async (t) => {
  const script = join(ROOT, 'tests', 'support', 'agents', 'older-orchestrator.sh');
  t.deepEqual(blocks(await page(), 'bash'), [await readFile(script, 'utf8')]);
});

test('the commands of the page do what it says, in a running system', async (t) => {
  t.timeout(180_000);
  const redis = await startTestRedis(t);
  const system = await startSystem(t, { env: { ORCHESTRATOR_REDIS_URL: redis.url } });
  const folder = await temporaryFolder(t);
  const text = await page();
  const bin = join(folder, 'bin');
  await mkdir(bin);
  await symlink(join(ROOT, 'dist', 'bin', 'orchestrator'), join(bin, 'orchestrator'));
  await writeCli(bin, redis.programs.cli);
  await writeFile(join(folder, 'older-orchestrator'), blocks(text, 'bash')[0] ?? '');
  const shell = spawn('bash', ['-eu', '-o', 'pipefail', '-c', blocks(text, 'sh').join('\n')], {
    cwd: folder,
    env: { ...system.env, PATH: `${bin}:${process.env.PATH}` },
    timeout: 150_000,
  });
  const { code, stdout, stderr } = await finished(shell);
  t.is(code, 0, stdout + stderr);
  t.is((await system.stop()).code, 0);
});
