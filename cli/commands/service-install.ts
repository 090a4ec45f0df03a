import { userInfo } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'clipanion';
import { loadSettings } from '../../agents/load-settings.ts';
import { projectRoot } from '../../platform/files/project-root.ts';
import { replaceFile } from '../../platform/files/replace-file.ts';
import { settingsFile } from '../../platform/files/settings-file.ts';
import { dataPaths } from '../../platform/service/data-paths.ts';
import { EXIT, OrchestratorError } from '../../schemas/errors.ts';
import { described } from '../options.ts';
import { requireSystemd, systemctl, UNIT, unitFile, unitText } from '../setup/systemd.ts';
import { usageOf } from '../usage.ts';

const about = (flags: string) => described('service install', flags);

export class ServiceInstallCommand extends Command {
  static override paths = [['service', 'install']];
  static override usage = usageOf('service install');

  system = Option.Boolean('--system', false, about('--system'));
  user = Option.String('--user', about('--user'));
  print = Option.Boolean('--print', false, about('--print'));

  override async execute(): Promise<number> {
    const { env, stdout, stderr } = this.context;
    if (this.user !== undefined && !this.system) {
      throw new OrchestratorError('ORC_USAGE', '--user is for a unit of the machine: --system');
    }
    const root = projectRoot();
    const text = unitText({
      command: [join(root, 'dist', 'bin', 'orchestrator'), 'start'],
      folder: root,
      dataDir: dataPaths(loadSettings(env).ORCHESTRATOR_DATA_DIR).root,
      settingsFile: settingsFile(root, env),
      path: env.PATH ?? '',
      ...(this.system && { user: this.user ?? userInfo().username }),
    });
    if (this.print) {
      stdout.write(text);
      return EXIT.done;
    }
    requireSystemd();
    const file = unitFile(this.system, env);
    await writeUnit(file, text);
    await systemctl(this.system, 'daemon-reload');
    await systemctl(this.system, 'enable', '--now', UNIT);
    stdout.write(`${file}\n`);
    if (!this.system) {
      stderr.write('It ends when you log out, unless `loginctl enable-linger` was called once.\n');
    }
    return EXIT.done;
  }
}

async function writeUnit(file: string, text: string): Promise<void> {
  try {
    await replaceFile(file, text, { mode: 0o644, durable: true });
  } catch (cause) {
    throw new OrchestratorError('ORC_NO_SYSTEMD', `${file} cannot be written`, {
      cause,
      cure: 'Run it as root (sudo), or without --system.',
    });
  }
}
