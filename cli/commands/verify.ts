import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Option } from 'clipanion';
import { requireNoErasure } from '../../core/log/erasure-mark.ts';
import { verifyState } from '../../core/operator/verify-state.ts';
import { type SealedLog, verifySeals } from '../../core/seal/verify-seals.ts';
import { isFileThere } from '../../platform/files/is-file-there.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import { exportLine } from '../operator/export-line.ts';
import { OperatorCommand } from '../operator/operator-command.ts';
import type { OperatorContext } from '../operator/operator-context.ts';
import { described } from '../options.ts';
import { usageOf } from '../usage.ts';

export class VerifyCommand extends OperatorCommand {
  static override paths = [['verify']];
  static override usage = usageOf('verify');

  file = Option.String({ name: 'file', required: false });
  key = Option.String('--key', described('verify', '--key'));

  override async execute(): Promise<number> {
    const { file, key } = this;
    if (file === undefined) {
      if (key !== undefined) throw new OrchestratorError('ORC_USAGE', '--key is for a receipt');
      return super.execute();
    }
    if (!(await isFileThere(file))) throw new OrchestratorError('ORC_FILE', `${file} is no file`);
    if (await isText(file)) await this.#verifyReceipt(file);
    else await this.#verifyExport(file);
    return 0;
  }

  protected async work(context: OperatorContext): Promise<undefined> {
    const signal = this.untilInterrupted();
    // Nothing is served then.
    await requireNoErasure(context.connection.nc);
    const result = await verifyState(context, this.timeoutMs);
    const seals = await verifySeals(context.connection, signal);
    const { sequence, served, folded } = result;
    const states = `event   ${sequence}\nserved  ${served}\nfolded  ${folded}\n`;
    this.print({ ...result, sealed: seals }, `${states}${sealedLine(seals)}`);
    if (!result.equal) throw new OrchestratorError('ORC_MISMATCH');
  }

  /** Without a server. */
  async #verifyExport(file: string): Promise<void> {
    if (this.key !== undefined) {
      throw new OrchestratorError('ORC_USAGE', `--key is for a receipt, and ${file} is an export`);
    }
    // Whoever looks at the running system needs none of it.
    const { verifyExport } = await import('../../core/export/verify-export.ts');
    const { foldVersion } = await import('../../core/projection/fold-version.ts');
    const bytes = createReadStream(file);
    await once(bytes, 'open').catch((cause) => {
      throw unreadable(file, cause);
    });
    const { manifest } = await verifyExport(bytes, await foldVersion());
    const { parts: _, ...shown } = manifest;
    this.print({ file, ...shown }, `${exportLine(file, manifest)}\n`);
  }

  /** Without a server. */
  async #verifyReceipt(file: string): Promise<void> {
    const { readFile } = await import('node:fs/promises');
    const { verifyReceipt } = await import('../../core/seal/verify-receipt.ts');
    const { receiptLines } = await import('../operator/receipt-lines.ts');
    const receipt = verifyReceipt(await readFile(file), this.key);
    const { messageId, agentId, issuedAt, key, steps } = receipt;
    const shown = { file, messageId, agentId, issuedAt, key, steps: steps.length };
    this.print(shown, receiptLines(receipt));
  }
}

/** A receipt is JSON; an export is compressed. */
async function isText(file: string): Promise<boolean> {
  try {
    await using handle = await open(file);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(1), 0, 1, 0);
    return bytesRead === 1 && buffer.toString() === '{';
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

const unreadable = (file: string, cause: unknown): OrchestratorError =>
  new OrchestratorError('ORC_FILE', `${file} cannot be read`, { cause });

const sealedLine = ({ through, seals, key, erased }: SealedLog): string =>
  key === undefined
    ? 'sealed  nothing yet\n'
    : `sealed  up to ${through} by ${seals} seals, key ${key}\n${erasedLine(erased)}`;

const erasedLine = (erased: number | undefined): string =>
  erased === undefined ? '' : `erased  ${erased} events, as the log states (log.erased)\n`;
