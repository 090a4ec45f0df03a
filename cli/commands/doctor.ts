import { Command, Option } from 'clipanion';
import { readSettings } from '../../agents/load-settings.ts';
import { EXIT } from '../../schemas/errors.ts';
import type { Settings } from '../../schemas/settings.ts';
import type { Check } from '../operator/check.ts';
import {
  checkCommand,
  checkDataFolder,
  checkKind,
  checkNatsServer,
  checkNode,
  checkPrograms,
  checkRuntime,
  checkSettings,
  startsAgents,
} from '../operator/machine-checks.ts';
import { checkSystem } from '../operator/system-checks.ts';
import { described, durationOption, jsonOption } from '../options.ts';
import { textTable } from '../text-table.ts';
import { usageOf } from '../usage.ts';

export class DoctorCommand extends Command {
  static override paths = [['doctor']];
  static override usage = usageOf('doctor');

  json = jsonOption();
  timeout = Option.String('--timeout', '5s', described('doctor', '--timeout'));

  override async execute(): Promise<number> {
    const { env, stdout } = this.context;
    const checks = await allChecks(env, durationOption('--timeout', this.timeout));
    const rows = checks.map(({ state, name, detail }) => [state, name, detail]);
    stdout.write(
      this.json ? `${JSON.stringify(checks)}\n` : textTable(['state', 'what', 'found'], rows),
    );
    return checks.some(({ state }) => state === 'wrong') ? EXIT.failed : EXIT.done;
  }
}

/** What agents need that are started from here. */
const agentChecks = async (
  env: Record<string, string | undefined>,
  settings: Settings,
): Promise<Check[]> => [
  checkPrograms(env.PATH),
  await checkCommand(),
  checkKind(settings),
  ...(await checkRuntime(settings, env)),
];

async function allChecks(
  env: Record<string, string | undefined>,
  timeoutMs: number,
): Promise<Check[]> {
  const parsed = readSettings(env);
  const machine = [checkNode(), checkSettings(env)];
  if (!parsed.ok) return [...machine, checkPrograms(env.PATH), await checkCommand()];
  const { settings } = parsed;
  return [
    ...machine,
    ...(startsAgents(settings) ? await agentChecks(env, settings) : []),
    await checkNatsServer(env, settings),
    await checkDataFolder(settings),
    ...(await checkSystem(env, timeoutMs)),
  ];
}
