import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { ensureAgents } from '../../bootstrap/agents.mjs';
import { put, temporaryFolder } from './checkout.ts';

/** A checkout that pins two CLIs, and an `npm` that says what it was to install. */
function checkout(t: ExecutionContext) {
  const root = temporaryFolder(t);
  const agents = join(root, 'images', 'agents');
  const manifest = { dependencies: { '@a/one': '1.0.0' }, devDependencies: { two: '2.0.0' } };
  put(join(agents, 'package.json'), JSON.stringify({ name: 'agents', ...manifest }));
  const packages = {
    'node_modules/@a/one': { version: '1.0.0', bin: { one: 'cli.js' } },
    'node_modules/two': { version: '2.0.0', bin: { two: 'cli.js' } },
  };
  put(join(agents, 'package-lock.json'), JSON.stringify({ packages }));
  const npm = put(
    join(root, 'tools', 'npm'),
    `#!/bin/sh\necho "$1" "$(tr -d ' \\n' < package.json)" >> '${root}/calls'\n`,
  );
  chmodSync(npm, 0o755);
  const said: string[] = [];
  const env = { PATH: `${join(root, 'tools')}:${process.env.PATH}` };
  const install = (...names: string[]) =>
    ensureAgents({ root, env, names, say: (line) => void said.push(line) });
  const calls = () => readFileSync(join(root, 'calls'), 'utf8').trimEnd().split('\n');
  return { root, install, calls, said };
}

test('D2: one agent CLI is installed alone, and a second beside it', async (t) => {
  const { root, install, calls, said } = checkout(t);
  await install('one');
  await install('one');
  await install('two');
  t.deepEqual(calls(), [
    'install {"name":"agents","dependencies":{"@a/one":"1.0.0"}}',
    'install {"name":"agents","dependencies":{"@a/one":"1.0.0","two":"2.0.0"}}',
  ]);
  t.deepEqual(said, ['installing one …', 'installing two …']);
  t.false(existsSync(join(root, '.cache', 'agents', '.installed')), 'these are not all');
});

test('without names all are installed, exactly, and then each of them is there', async (t) => {
  const { install, calls } = checkout(t);
  await install();
  await install('one');
  await install();
  t.is(calls().length, 1);
  t.regex(calls()[0] ?? '', /^ci .*"@a\/one".*"two"/);
});

test('a CLI that is none is refused with those that there are', async (t) => {
  const { install } = checkout(t);
  await t.throwsAsync(install('three'), {
    message: 'there is no agent CLI three; there are one, two',
  });
});
