import { foldMessage } from '../../core/domain/fold-message.ts';
import { hashSystem, initialSystem } from '../../core/domain/system-state.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import { OperatorCommand } from '../operator/operator-command.ts';
import type { OperatorContext } from '../operator/operator-context.ts';
import { usageOf } from '../usage.ts';

export class VerifyCommand extends OperatorCommand {
  static override paths = [['verify']];
  static override usage = usageOf('verify');

  protected async work({ log, views }: OperatorContext): Promise<undefined> {
    const atLeast = await log.lastSequence('EVENTS');
    const served = await views.request('hash', { atLeast }, { timeoutMs: this.timeoutMs });
    const folded = await foldUpTo(log, served.sequence);
    const { sequence } = served;
    const result = { sequence, served: served.hash, folded, equal: served.hash === folded };
    const text = `event   ${sequence}\nserved  ${served.hash}\nfolded  ${folded}\n`;
    this.print(result, text);
    if (!result.equal) throw new OrchestratorError('ORC_MISMATCH');
  }
}

/** The hash over the state that the log says as of a sequence, folded here and now from zero. */
async function foldUpTo(log: EventLog, sequence: number): Promise<string> {
  const state = initialSystem();
  const range = { stream: 'EVENTS', from: { sequence: 1 }, until: sequence } as const;
  for await (const message of log.read(range)) foldMessage(state, message);
  return hashSystem(state);
}
