import { Option } from 'clipanion';
import type { StoredEvent } from '../../schemas/event.ts';
import type { DataOf } from '../../schemas/event-catalogue.ts';
import { awaitEvent } from './await-event.ts';
import { settles } from './command-outcome.ts';
import { type CommandType, giveCommand } from './give-command.ts';
import { knownAgent } from './known-agent.ts';
import { OperatorCommand } from './operator-command.ts';
import type { OperatorContext } from './operator-context.ts';

/** A command that asks an agent for one thing and waits until it is done. */
export abstract class ControlCommand<T extends CommandType> extends OperatorCommand {
  agent = Option.String({ required: true });
  wait = Option.Boolean('--wait', true, {
    description: 'Wait for the outcome (--no-wait: do not).',
  });

  protected abstract readonly type: T;
  /** How the outcome is told: `stopped`. */
  protected abstract readonly done: string;
  protected abstract data(): DataOf<T>;
  /** Is this the event that says that it is done? */
  protected abstract settledBy(event: StoredEvent, commandId: string): boolean;

  protected async work({ log, views }: OperatorContext): Promise<undefined> {
    const { agentId } = await knownAgent(views, this.agent, this.timeoutMs);
    const { commandId, sequence } = await giveCommand(log, agentId, this.type, this.data());
    if (this.wait) {
      const what = `${this.type} of ${agentId}`;
      const wanted = { agentId, from: sequence, timeoutMs: this.timeoutMs, what };
      const isDone = (event: StoredEvent) => this.settledBy(event, commandId);
      await awaitEvent(log, wanted, settles(commandId, isDone));
    }
    const outcome = this.wait ? this.done : 'asked';
    this.print({ agentId, commandId, outcome }, `${agentId} ${outcome}\n`);
  }
}
