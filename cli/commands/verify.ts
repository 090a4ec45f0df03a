import { verifyState } from '../../core/operator/verify-state.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import { OperatorCommand } from '../operator/operator-command.ts';
import type { OperatorContext } from '../operator/operator-context.ts';
import { usageOf } from '../usage.ts';

export class VerifyCommand extends OperatorCommand {
  static override paths = [['verify']];
  static override usage = usageOf('verify');

  protected async work(context: OperatorContext): Promise<undefined> {
    const result = await verifyState(context, this.timeoutMs);
    const { sequence, served, folded } = result;
    this.print(result, `event   ${sequence}\nserved  ${served}\nfolded  ${folded}\n`);
    if (!result.equal) throw new OrchestratorError('ORC_MISMATCH');
  }
}
