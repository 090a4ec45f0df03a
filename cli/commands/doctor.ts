import { Command, Option } from 'clipanion';
import { readSettings } from '../../agents/load-settings.ts';
import { EXIT } from '../../schemas/errors.ts';
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

async function allChecks(
  env: Record<string, string | undefined>,
  timeoutMs: number,
): Promise<Check[]> {
  const parsed = readSettings(env);
  const machine = [checkNode(), checkSettings(env), checkPrograms(env.PATH), await checkCommand()];
  if (!parsed.ok) return machine;
  return [
    ...machine,
    checkKind(parsed.settings),
    await checkNatsServer(env, parsed.settings),
    await checkRuntime(parsed.settings),
    await checkDataFolder(parsed.settings),
    ...(await checkSystem(env, timeoutMs)),
  ];
}
