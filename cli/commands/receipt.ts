import { resolve } from 'node:path';
import { finished } from 'node:stream/promises';
import { Option } from 'clipanion';
import { makeReceipt } from '../../core/seal/make-receipt.ts';
import { receiptName, receiptText } from '../../core/seal/receipt-text.ts';
import { writeNewFile } from '../../platform/export/new-file.ts';
import { visibleLine } from '../../schemas/visible-text.ts';
import { OperatorCommand } from '../operator/operator-command.ts';
import type { OperatorContext } from '../operator/operator-context.ts';
import { described } from '../options.ts';
import { usageOf } from '../usage.ts';

export class ReceiptCommand extends OperatorCommand {
  static override paths = [['receipt']];
  static override usage = usageOf('receipt');

  message = Option.String({ name: 'message | update | turn | answer | link', required: true });
  output = Option.String('--output,-o', described('receipt', '--output,-o'));

  protected async work({ log }: OperatorContext): Promise<undefined> {
    const { stdout, stderr } = this.context;
    const { receipt, outcome } = await makeReceipt(
      log,
      this.message,
      new Date(),
      this.untilInterrupted(),
    );
    const { messageId, agentId, steps, key } = receipt;
    const text = receiptText(receipt);
    const line = (file: string) =>
      `${visibleLine(`${file}: message ${messageId} to ${agentId}, ${outcome}, ${steps.length} steps, by the key ${key}`)}\n`;
    if (this.output === '-') {
      stdout.write(text);
      stderr.write(line('-'));
      return;
    }
    const file = resolve(this.output ?? receiptName(receipt));
    await writeNewFile(file, async (target) => {
      target.end(text);
      await finished(target);
    });
    this.print({ file, messageId, agentId, outcome, steps: steps.length, key }, line(file));
  }
}
