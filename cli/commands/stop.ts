import type { StoredEvent } from '../../schemas/event.ts';
import type { Settings } from '../../schemas/settings.ts';
import { ControlCommand } from '../operator/control-command.ts';
import { usageOf } from '../usage.ts';

const ENDS = new Set<string>(['process.stopped', 'process.exited', 'process.lost']);

export class StopCommand extends ControlCommand<'command.stop'> {
  static override paths = [['stop']];
  static override usage = usageOf('stop');

  protected readonly type = 'command.stop';
  protected readonly done = 'stopped';

  protected data() {
    return { reason: 'asked' };
  }

  /** Its end of stdin and SIGTERM each get their grace time. */
  protected override takesMs({ ORCHESTRATOR_STOP_GRACE }: Settings): number {
    return 2 * ORCHESTRATOR_STOP_GRACE;
  }

  protected settledBy({ type }: StoredEvent): boolean {
    return ENDS.has(type);
  }
}
