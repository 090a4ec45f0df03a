import '../../support/measured-children.ts';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { makeFolder } from '../../../platform/files/make-folder.ts';
import { dataPaths } from '../../../platform/service/data-paths.ts';
import { programOf } from '../../support/programs.ts';
import { dataFolder, environment, orchestrator } from '../../support/system.ts';

const CLI = programOf('orchestrator');

/** A program that goes round for ever takes no SIGTERM. */
const LATE = { timeout: 60_000, killSignal: 'SIGKILL' } as const;

/** Each program that makes a folder where a person says. */
const PROGRAMS: Record<string, readonly string[]> = {
  start: [CLI, 'start'],
  doctor: [CLI, 'doctor'],
  'init nats': [CLI, 'init', 'nats', '--config', '/proc/nowhere/nats.conf'],
  spawner: [programOf('spawner')],
  projections: [programOf('projections')],
};

if (existsSync('/proc')) {
  for (const folder of ['/proc/nowhere/data', '/proc']) {
    for (const [name, args] of Object.entries(PROGRAMS)) {
      test(`E15: ${name} says in a line that ${folder} takes no data`, (t) => {
        const { status, signal, stdout, stderr } = spawnSync(process.execPath, args, {
          ...LATE,
          env: environment(folder),
          encoding: 'utf8',
        });
        t.deepEqual([status, signal], [1, null]);
        t.regex(`${stdout}${stderr}`, /The data folder \/proc\S* cannot be written/);
        t.notRegex(stderr, /^ +at /m);
      });
    }
  }
}

test('D1: the data folder of an installed package is not inside it, unless it is asked for', (t) => {
  const inside = '/usr/lib/node_modules/orchestrator';
  t.is(dataPaths('.orchestrator', inside).root, join(homedir(), '.local/state/orchestrator'));
  t.is(dataPaths('./data', inside).root, join(inside, 'data'));
  t.is(dataPaths('.orchestrator', '/home/me/checkout').root, '/home/me/checkout/.orchestrator');
});

test('a folder is made with those above it; a file in its way is said', async (t) => {
  const root = dataFolder(t);
  await makeFolder(join(root, 'a', 'b', 'c'), 0o700);
  await makeFolder(join(root, 'a', 'b', 'c'));
  await t.throwsAsync(makeFolder(join(CLI, 'x', 'y')), { code: 'ENOTDIR' });
  await t.throwsAsync(makeFolder(CLI), { code: 'EEXIST' });
  t.true(existsSync(join(root, 'a', 'b', 'c')));
});

test('D1: an agent of a data folder in a checkout works in a repository of its own', async (t) => {
  const checkout = dataFolder(t);
  execFileSync('git', ['init', '--quiet', checkout]);
  const command = `top() { git rev-parse --show-toplevel 2>/dev/null || echo none; }
while read -r m; do
  first=$(top); rm -rf .git
  orchestrator answer "$first $(top)"
done`;
  const env = environment(join(checkout, '.orchestrator'), {
    ORCHESTRATOR_AGENT: 'line',
    ORCHESTRATOR_LINE_COMMAND: command,
  });

  const { code, stdout } = await orchestrator(['start'], { env, input: 'where?\n' });

  t.is(code, 0);
  t.regex(stdout, /^\S+\/\.orchestrator\/agents\/agent-[0-9a-f]{12}\/workspace none\n$/);
});
