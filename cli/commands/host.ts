import { Command, Option } from 'clipanion';
import { beginQuickly } from '../../agents/voice/quick-way.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import { quickCall } from '../quick/quick-call.ts';
import { usageOf } from '../usage.ts';

export class HostCommand extends Command {
  static override paths = [['host']];
  static override usage = usageOf('host');

  kind = Option.String({ required: true });
  order = Option.String({ required: true });

  override async execute(): Promise<number> {
    const { AGENT_KINDS } = await import('../../agents/agent-kinds.ts');
    const hosted = AGENT_KINDS.filter(({ driver }) => driver !== undefined);
    const start = await hosted.find(({ name }) => name === this.kind)?.driver?.();
    if (start === undefined) {
      const names = hosted.map(({ name }) => name).join(', ');
      const what = `${JSON.stringify(this.kind)} is none of ${names}`;
      throw new OrchestratorError('ORC_UNKNOWN_KIND', what);
    }
    const { runHost } = await import('../../agents/host/run-host.ts');
    return runHost(start, this.order, this.context, process, (args, env) => {
      const call = quickCall(args);
      return call && beginQuickly(call, env);
    });
  }
}
