import type { StoredEvent } from '../../schemas/event.ts';
import type { DataOf } from '../../schemas/event-catalogue.ts';
import { ControlCommand } from '../operator/control-command.ts';
import { usageOf } from '../usage.ts';

/** It reads every file of the project. */
const UNDO_MS = 120_000;

export class UndoCommand extends ControlCommand<'command.undo'> {
  static override paths = [['undo']];
  static override usage = usageOf('undo');

  protected readonly type = 'command.undo';
  protected readonly done = 'undone';

  protected data(): DataOf<'command.undo'> {
    return {};
  }

  protected override takesMs(): number {
    return UNDO_MS;
  }

  protected settledBy(event: StoredEvent, commandId: string): boolean {
    return event.type === 'process.undone' && event.data.commandId === commandId;
  }
}
