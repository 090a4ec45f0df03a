import { Command, Option } from 'clipanion';
import { loadSettings } from '../../agents/load-settings.ts';
import { requireKind } from '../kind-option.ts';
import { described } from '../options.ts';
import { inputKind } from '../start/input-kind.ts';
import { runStart } from '../start/run-start.ts';
import { systemServices } from '../start/services.ts';
import { usageOf } from '../usage.ts';

export class StartCommand extends Command {
  static override paths = [['start']];
  static override usage = usageOf('start');

  keepAgents = Option.Boolean('--keep-agents', false, described('start', '--keep-agents'));

  agent = Option.String('--agent', described('start', '--agent'));

  override async execute(): Promise<number> {
    const { stdin, stdout, stderr } = this.context;
    const kind = inputKind(0);
    if (this.agent !== undefined) requireKind(this.agent, '--agent');
    const env = {
      ...this.context.env,
      ...(this.agent !== undefined && { ORCHESTRATOR_AGENT: this.agent }),
    };
    if (kind === 'terminal') {
      const { offerLogin } = await import('../start/offer-login.ts');
      const { terminalAsker } = await import('../setup/asker.ts');
      await offerLogin(loadSettings(env), env, terminalAsker(stdin, stderr));
    }
    return runStart({
      environment: env,
      keepAgents: this.keepAgents,
      inputKind: kind,
      stdin,
      stdout,
      stderr,
      services: systemServices(env),
    });
  }
}
