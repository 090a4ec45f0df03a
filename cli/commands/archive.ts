import { Option } from 'clipanion';
import { type ArchiveCatalogue, archiveCatalogue } from '../../core/log/archive-catalogue.ts';
import { archiveEvents } from '../../core/log/event-archiver.ts';
import { parseDuration } from '../../schemas/durations.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import { OperatorCommand } from '../operator/operator-command.ts';
import type { OperatorContext } from '../operator/operator-context.ts';
import { described } from '../options.ts';
import { textTable } from '../text-table.ts';
import { usageOf } from '../usage.ts';

export class ArchiveCommand extends OperatorCommand {
  static override paths = [['archive']];
  static override usage = usageOf('archive');

  before = Option.String('--before', described('archive', '--before'));

  protected async work({ connection }: OperatorContext): Promise<undefined> {
    if (this.before !== undefined) {
      const before = instantOption('--before', this.before);
      await archiveEvents(connection, { before, source: 'orchestrator/operator' });
    }
    const files = (await archiveCatalogue(connection.nc)).segments.map(fileOf);
    this.print(files, textTable(HEAD, files.map(row)));
  }
}

/** An age, or an instant. Throws ORC_USAGE. */
function instantOption(name: string, text: string): Date {
  const age = parseDuration(text);
  const instant = age === undefined ? new Date(text) : new Date(Date.now() - age);
  if (!Number.isNaN(instant.getTime())) return instant;
  const what = `${name} ${JSON.stringify(text)} is neither an age such as 90d nor an instant`;
  throw new OrchestratorError('ORC_USAGE', what);
}

const fileOf = (segment: ArchiveCatalogue['segments'][number]) => {
  const { from, to, events, bytes, sha256, name: object, firstTime, lastTime } = segment;
  return { from, to, events, bytes, sha256, firstTime, lastTime, object };
};

const HEAD = ['from', 'to', 'events', 'bytes', 'first', 'last', 'object'];

const row = (file: ReturnType<typeof fileOf>): string[] => [
  String(file.from),
  String(file.to),
  String(file.events),
  String(file.bytes),
  file.firstTime.toISOString(),
  file.lastTime.toISOString(),
  file.object,
];
