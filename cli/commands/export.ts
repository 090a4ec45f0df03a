import { once } from 'node:events';
import { resolve } from 'node:path';
import { Writable } from 'node:stream';
import { Option } from 'clipanion';
import { exportName } from '../../core/export/export-name.ts';
import { exportSystem } from '../../core/export/export-system.ts';
import { knownAgent } from '../../core/operator/known-agent.ts';
import { namedPlace } from '../../core/operator/place-in-log.ts';
import { foldVersion } from '../../core/projection/fold-version.ts';
import { writeNewFile } from '../../platform/export/new-file.ts';
import { besideLog, ownPrograms } from '../../platform/export/own-export.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { ExportManifest } from '../../schemas/export-manifest.ts';
import { isAgentId } from '../../schemas/ids.ts';
import { exportLine } from '../operator/export-line.ts';
import { OperatorCommand } from '../operator/operator-command.ts';
import type { OperatorContext } from '../operator/operator-context.ts';
import { described, personOption } from '../options.ts';
import { usageOf } from '../usage.ts';

export class ExportCommand extends OperatorCommand {
  static override paths = [['export']];
  static override usage = usageOf('export');

  agent = Option.String('--agent', described('export', '--agent'));
  user = Option.String('--user', described('export', '--user'));
  from = Option.String('--from', described('export', '--from'));
  to = Option.String('--to', described('export', '--to'));
  redact = Option.Boolean('--redact', false, described('export', '--redact'));
  output = Option.String('--output,-o', described('export', '--output,-o'));

  protected async work(context: OperatorContext): Promise<undefined> {
    const now = new Date();
    const file = this.output ?? exportName(now);
    const write = await this.#writer(context, now);
    const { stdout, stderr } = this.context;
    if (file === '-') {
      const manifest = await write(unended(stdout));
      stderr.write(`${exportLine(file, manifest)}\n`);
      return;
    }
    const path = resolve(file);
    const manifest = await writeNewFile(path, write);
    const { parts: _, ...shown } = manifest;
    this.print({ file: path, ...shown }, `${exportLine(file, manifest)}\n`);
  }

  async #writer({ log, views, connection, settings }: OperatorContext, now: Date) {
    const { agent, user, redact } = this;
    const place = (option: '--from' | '--to', text: string | undefined) =>
      text === undefined ? undefined : namedPlace(option, text, now);
    const agentId =
      agent === undefined || isAgentId(agent)
        ? agent
        : (await knownAgent(views, agent, this.timeoutMs)).agentId;
    const person = user === undefined ? undefined : personOption('--user', user);
    if (agentId !== undefined && person !== undefined) {
      throw new OrchestratorError('ORC_USAGE', '--agent and --user: one of the two');
    }
    const asked = { from: place('--from', this.from), to: place('--to', this.to) };
    const programs = ownPrograms(connection.nc.info?.version, await foldVersion());
    const beside = besideLog(settings);
    const signal = this.untilInterrupted();
    return (target: Writable): Promise<ExportManifest> =>
      exportSystem(log, {
        ...asked,
        agentId,
        person,
        redact,
        beside,
        programs,
        target,
        now,
        signal,
      });
  }
}

/** What others write to as well is not ended with the export. */
const unended = (stdout: Writable): Writable =>
  new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (stdout.write(chunk)) done();
      else once(stdout, 'drain').then(() => done(), done);
    },
  });
