import { ensureStreams, streamOptions } from '../../core/log/streams.ts';
import { STREAM_SUBJECTS } from '../../schemas/subjects.ts';
import { OperatorCommand } from '../operator/operator-command.ts';
import type { OperatorContext } from '../operator/operator-context.ts';
import { usageOf } from '../usage.ts';

export class InitStreamsCommand extends OperatorCommand {
  static override paths = [['init', 'streams']];
  static override usage = usageOf('init streams');

  protected async work({ connection, settings }: OperatorContext): Promise<undefined> {
    await ensureStreams(connection, streamOptions(settings));
    const streams = Object.keys(STREAM_SUBJECTS);
    this.print({ streams }, `${streams.join('\n')}\n`);
  }
}
