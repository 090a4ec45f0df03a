import { spawn } from 'node:child_process';
import { readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import test from 'ava';
import { openApi } from '../../schemas/http/openapi.ts';
import { temporaryFolder } from '../support/nats.ts';
import { finished, startSystem } from '../support/system.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const PAGE = join(ROOT, 'docs', 'api.md');

test('the API’s document is OpenAPI 3.1', async (t) => {
  const validator = new Validator();
  const { valid, errors } = await validator.validate(openApi());
  t.true(valid, JSON.stringify(errors));
  t.is(validator.version, '3.1');
});

test('the lines of docs/api.md do what it says, in a running system', async (t) => {
  const system = await startSystem(t);
  await system.serves;
  const folder = await temporaryFolder(t);
  await symlink(system.dataDir, join(folder, '.orchestrator'));
  const text = await readFile(PAGE, 'utf8');
  const lines = [...text.matchAll(/^```sh\n(.*?)^```/gms)].map(([, block = '']) => block);
  const script = lines.join('\n').replaceAll('curl -fsS', "curl -fsS -w '\\n'");
  const env = {
    ...system.env,
    ORCHESTRATOR_DATA_DIR: '.orchestrator',
    PATH: `${join(ROOT, 'dist', 'bin')}:${process.env.PATH}`,
  };
  const shell = spawn('bash', ['-eu', '-c', script], { cwd: folder, env });
  const { code, stdout, stderr } = await finished(shell);
  t.is(code, 0, stdout + stderr);
  t.regex(stdout, /"text":"\[1\] You said: hello"/);
  t.regex(stdout, /"type":"turn.ended"/);
  t.regex(stdout, /"state":"done","value":\[/);
  t.regex(stdout, /"outcome":"deleted"/);
});
