import { Command, Option } from 'clipanion';
import { projectRoot } from '../../platform/files/project-root.ts';
import { readSettingsFile, settingsFile } from '../../platform/files/settings-file.ts';
import { described, durationOption } from '../options.ts';
import { terminalAsker } from '../setup/asker.ts';
import { runInit } from '../setup/run-init.ts';
import { inputKind } from '../start/input-kind.ts';
import { usageOf } from '../usage.ts';
import { DoctorCommand } from './doctor.ts';

export class InitCommand extends Command {
  static override paths = [['init']];
  static override usage = usageOf('init');

  agent = Option.String('--agent', described('init', '--agent'));
  model = Option.String('--model', described('init', '--model'));
  permissions = Option.String('--permissions', described('init', '--permissions'));
  runtime = Option.String('--runtime', described('init', '--runtime'));
  set = Option.Array('--set', [], described('init', '--set'));
  allow = Option.String('--allow', described('init', '--allow'));
  file = Option.String('--file', described('init', '--file'));
  yes = Option.Boolean('--yes,-y', false, described('init', '--yes,-y'));
  timeout = Option.String('--timeout', '5m', described('init', '--timeout'));

  override async execute(): Promise<number> {
    const { env, stdin, stderr } = this.context;
    const { agent, model, permissions, runtime, allow, set } = this;
    const file = this.file ?? settingsFile(projectRoot(), env);
    const isAsked = !this.yes && inputKind(0) === 'terminal';
    await runInit({
      ...{ agent, model, permissions, runtime, allow, set, file, env },
      timeoutMs: durationOption('--timeout', this.timeout),
      asker: isAsked ? terminalAsker(stdin, stderr) : undefined,
      say: (line) => stderr.write(`${line}\n`),
    });
    const doctor = new DoctorCommand();
    const now = { ...readSettingsFile(file), ...env };
    Object.assign(doctor, { context: { ...this.context, env: now }, json: false, timeout: '5s' });
    return doctor.execute();
  }
}
