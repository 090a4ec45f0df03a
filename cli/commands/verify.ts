import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { Option } from 'clipanion';
import { verifyState } from '../../core/operator/verify-state.ts';
import { isFileThere } from '../../platform/files/is-file-there.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import { exportLine } from '../operator/export-line.ts';
import { OperatorCommand } from '../operator/operator-command.ts';
import type { OperatorContext } from '../operator/operator-context.ts';
import { usageOf } from '../usage.ts';

export class VerifyCommand extends OperatorCommand {
  static override paths = [['verify']];
  static override usage = usageOf('verify');

  file = Option.String({ name: 'file', required: false });

  override async execute(): Promise<number> {
    if (this.file === undefined) return super.execute();
    await this.#verifyFile(this.file);
    return 0;
  }

  protected async work(context: OperatorContext): Promise<undefined> {
    const result = await verifyState(context, this.timeoutMs);
    const { sequence, served, folded } = result;
    this.print(result, `event   ${sequence}\nserved  ${served}\nfolded  ${folded}\n`);
    if (!result.equal) throw new OrchestratorError('ORC_MISMATCH');
  }

  /** Without a server. */
  async #verifyFile(file: string): Promise<void> {
    // Whoever looks at the running system needs none of it.
    const { verifyExport } = await import('../../core/export/verify-export.ts');
    const { foldVersion } = await import('../../core/projection/fold-version.ts');
    if (!(await isFileThere(file))) throw new OrchestratorError('ORC_FILE', `${file} is no file`);
    const bytes = createReadStream(file);
    await once(bytes, 'open').catch((cause) => {
      throw new OrchestratorError('ORC_FILE', `${file} cannot be read`, { cause });
    });
    const { manifest } = await verifyExport(bytes, await foldVersion());
    const { parts: _, ...shown } = manifest;
    this.print({ file, ...shown }, `${exportLine(file, manifest)}\n`);
  }
}
