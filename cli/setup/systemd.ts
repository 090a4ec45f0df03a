import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '../../bootstrap/run-program.mjs';
import { OrchestratorError } from '../../schemas/errors.ts';
import { visibleLine } from '../../schemas/visible-text.ts';

/** Where systemd says that it runs this machine (sd_booted(3)). */
const BOOTED = '/run/systemd/system';

export const UNIT = 'orchestrator.service';

export interface UnitOptions {
  /** The whole command line of the system. */
  command: readonly string[];
  folder: string;
  /** Where everything is kept: the unit's own, however the shell is set. */
  dataDir: string;
  /** The file of its settings. */
  settingsFile: string;
  path: string;
  /** As whom, for a unit of the machine. */
  user?: string | undefined;
}

/**
 * The unit of a system. Its end is the system's own order (`KillMode=mixed`: agents first, NATS last), and
 * `Delegate=yes` lets it make a cgroup for each agent (decision 0045). Pure. Throws ORC_USAGE for what
 * would become more than one line of it.
 */
export function unitText(options: UnitOptions): string {
  const { command, folder, dataDir, settingsFile, path, user } = options;
  const texts = [...command, folder, dataDir, settingsFile, path];
  if (texts.some(hasControl)) throw unfit('A path with a line break or the like');
  if (user !== undefined && !USER.test(user)) throw unfit(`The user ${JSON.stringify(user)}`);
  return [
    '[Unit]',
    'Description=Orchestrator: persistent CLI agents',
    'Wants=network-online.target',
    'After=network-online.target docker.service',
    '',
    '[Service]',
    `ExecStart=${command.map(quoted).join(' ')}`,
    `WorkingDirectory=${escaped(folder)}`,
    `Environment=${quoted(`ORCHESTRATOR_DATA_DIR=${dataDir}`)}`,
    `Environment=${quoted(`ORCHESTRATOR_ENV_FILE=${settingsFile}`)}`,
    `Environment=${quoted(`PATH=${path}`)}`,
    ...(user === undefined ? [] : [`User=${user}`]),
    'StandardInput=null',
    'KillMode=mixed',
    'TimeoutStopSec=90',
    'Delegate=yes',
    'Restart=on-failure',
    'RestartSec=5',
    '',
    '[Install]',
    `WantedBy=${user === undefined ? 'default.target' : 'multi-user.target'}`,
    '',
  ].join('\n');
}

/** Names of users as useradd(8) takes them. */
const USER = /^[a-z_][a-z0-9_-]{0,31}$/i;

const hasControl = (text: string): boolean => visibleLine(text) !== text;

const unfit = (what: string) => new OrchestratorError('ORC_USAGE', `${what} fits into no unit`);

/** systemd.syntax(7): `%` begins a specifier, and `$` a variable in a command line. */
const escaped = (text: string): string => text.replaceAll('%', '%%');

const quoted = (text: string): string =>
  `"${escaped(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('$', '$$$$')}"`;

/** Where units are that are somebody's own, and those of the machine. */
export function unitFile(
  isSystem: boolean,
  env: Readonly<Record<string, string | undefined>>,
): string {
  if (isSystem) return join('/etc/systemd/system', UNIT);
  const config = env.XDG_CONFIG_HOME || join(env.HOME || homedir(), '.config');
  return join(config, 'systemd', 'user', UNIT);
}

/** Throws ORC_NO_SYSTEMD where systemd does not run this machine. */
export function requireSystemd(booted = BOOTED): void {
  if (existsSync(booted)) return;
  throw new OrchestratorError('ORC_NO_SYSTEMD', `No systemd runs here (${booted} is not there)`);
}

/** `systemctl` for the machine or for the user; what it printed. Throws ORC_NO_SYSTEMD with its words. */
export async function systemctl(isSystem: boolean, ...args: string[]): Promise<string> {
  const outcome = await runProgram('systemctl', [...(isSystem ? [] : ['--user']), ...args]);
  if (outcome.ok) return outcome.stdout;
  const why = outcome.stderr.trim().split('\n').at(-1) || outcome.reason;
  throw new OrchestratorError('ORC_NO_SYSTEMD', `systemctl ${args.join(' ')}: ${why}`, {
    cure: 'See `journalctl` for its reason.',
  });
}
