import type { StoredEvent } from '../../schemas/event.ts';
import { ControlCommand } from '../operator/control-command.ts';
import { usageOf } from '../usage.ts';

export class InterruptCommand extends ControlCommand<'command.interrupt'> {
  static override paths = [['interrupt']];
  static override usage = usageOf('interrupt');

  protected readonly type = 'command.interrupt';
  protected readonly done = 'interrupted';

  protected data() {
    return {};
  }

  protected settledBy(event: StoredEvent, commandId: string): boolean {
    return event.type === 'process.interrupted' && event.data.commandId === commandId;
  }
}
