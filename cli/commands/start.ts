import { Command, Option } from 'clipanion';
import { inputKind } from '../start/input-kind.ts';
import { runStart } from '../start/run-start.ts';
import { systemServices } from '../start/services.ts';
import { usageOf } from '../usage.ts';

export class StartCommand extends Command {
  static override paths = [['start']];
  static override usage = usageOf('start');

  keepAgents = Option.Boolean('--keep-agents', false, {
    description: 'Leave the agents running at the end; the next start goes on with them.',
  });

  override execute(): Promise<number> {
    const { env, stdin, stdout, stderr } = this.context;
    return runStart({
      environment: env,
      keepAgents: this.keepAgents,
      inputKind: inputKind(0),
      stdin,
      stdout,
      stderr,
      services: systemServices(this.context.env),
    });
  }
}
