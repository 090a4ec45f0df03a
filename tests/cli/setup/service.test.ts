import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { requireSystemd, unitFile, unitText } from '../../../cli/setup/systemd.ts';
import { temporaryFolder } from '../../support/nats.ts';
import { oneLine, runHere } from '../run-here.ts';

const OPTIONS = {
  command: ['/opt/my apps/50%/orchestrator', 'start'],
  folder: '/opt/my apps/50%',
  dataDir: '/srv/da$ta',
  settingsFile: '/etc/orchestrator.env',
  path: '/usr/bin',
};

test('a unit leaves the order of the end to the system, and its paths mean what they say', (t) => {
  const lines = unitText(OPTIONS).split('\n');
  t.true(lines.includes('ExecStart="/opt/my apps/50%%/orchestrator" "start"'));
  t.true(lines.includes('WorkingDirectory=/opt/my apps/50%%'));
  t.true(lines.includes('Environment="ORCHESTRATOR_ENV_FILE=/etc/orchestrator.env"'));
  for (const line of ['KillMode=mixed', 'Delegate=yes', 'WantedBy=default.target']) {
    t.true(lines.includes(line), line);
  }
  t.false(lines.some((line) => line.startsWith('User=')));
  const ofMachine = unitText({ ...OPTIONS, user: 'ada' }).split('\n');
  t.true(ofMachine.includes('User=ada') && ofMachine.includes('WantedBy=multi-user.target'));
});

test('what would be more than one line of a unit is refused', (t) => {
  for (const own of [{ dataDir: '/a\nExecStartPre=/x' }, { user: 'ada\nx' }, { user: '-x' }]) {
    t.throws(() => unitText({ ...OPTIONS, ...own }), { code: 'ORC_USAGE', message: /no unit/ });
  }
});

test('units are where systemd looks for them', (t) => {
  t.is(unitFile(true, {}), '/etc/systemd/system/orchestrator.service');
  const own = { HOME: '/home/ada' };
  t.is(unitFile(false, own), '/home/ada/.config/systemd/user/orchestrator.service');
  t.is(unitFile(false, { XDG_CONFIG_HOME: '/c' }), '/c/systemd/user/orchestrator.service');
});

test('service install --print shows the unit of this installation, and installs nothing', async (t) => {
  const folder = await temporaryFolder(t);
  const env = { HOME: folder, ORCHESTRATOR_DATA_DIR: join(folder, 'data'), PATH: '/usr/bin' };
  const { code, stdout, stderr } = await runHere(['service', 'install', '--print'], env);
  t.is(code, 0, stderr);
  t.regex(stdout, /^ExecStart=".*\/dist\/bin\/orchestrator" "start"$/m);
  t.true(stdout.includes(`"ORCHESTRATOR_DATA_DIR=${join(folder, 'data')}"`));
  t.false(existsSync(join(folder, '.config')));
  const system = await runHere(['service', 'install', '--print', '--system', '--user', 'ada'], env);
  t.regex(system.stdout, /^User=ada$/m);
  const wrong = await runHere(['service', 'install', '--print', '--user', 'ada'], env);
  t.regex(wrong.stderr, oneLine('ORC_USAGE'));
});

test('where no systemd runs, that is said with what to do instead', async (t) => {
  t.throws(() => requireSystemd('/nowhere'), { code: 'ORC_NO_SYSTEMD' });
  t.notThrows(() => requireSystemd('/'));
  if (existsSync('/run/systemd/system')) return t.log('systemd runs here: it is left alone');
  for (const what of ['install', 'status', 'uninstall']) {
    const { code, stderr } = await runHere(['service', what], {});
    t.is(code, 1);
    t.regex(stderr, oneLine('ORC_NO_SYSTEMD'));
  }
});
