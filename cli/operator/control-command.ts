import { Option } from 'clipanion';
import type { StoredEvent } from '../../schemas/event.ts';
import type { DataOf } from '../../schemas/event-catalogue.ts';
import type { Settings } from '../../schemas/settings.ts';
import { described } from '../options.ts';
import { awaitEvent } from './await-event.ts';
import { settles } from './command-outcome.ts';
import { type CommandType, giveCommand } from './give-command.ts';
import { knownAgent } from './known-agent.ts';
import { OperatorCommand } from './operator-command.ts';
import type { OperatorContext } from './operator-context.ts';

/** A command that asks an agent for one thing and waits until it is done. */
export abstract class ControlCommand<T extends CommandType> extends OperatorCommand {
  agent = Option.String({ required: true });
  wait = Option.Boolean('--wait', true, described('stop', '--wait'));

  protected abstract readonly type: T;
  /** How the outcome is told: `stopped`. */
  protected abstract readonly done: string;
  protected abstract data(): DataOf<T>;
  /** Is this the event that says that it is done? */
  protected abstract settledBy(event: StoredEvent, commandId: string): boolean;

  /** Milliseconds that it may take of itself, where the system is quick. */
  protected takesMs(_settings: Settings): number {
    return 0;
  }

  protected async work({ settings, log, views }: OperatorContext): Promise<undefined> {
    const { agentId } = await knownAgent(views, this.agent, this.timeoutMs);
    const { commandId, sequence } = await giveCommand(log, agentId, this.type, this.data());
    if (this.wait) {
      const what = `${this.type} of ${agentId}`;
      const timeoutMs = this.timeoutMs + this.takesMs(settings);
      const wanted = { of: { agentId }, from: sequence, timeoutMs, what };
      const isDone = (event: StoredEvent) => this.settledBy(event, commandId);
      await awaitEvent(log, wanted, settles(commandId, isDone));
    }
    const outcome = this.wait ? this.done : 'asked';
    this.print({ agentId, commandId, outcome }, `${agentId} ${outcome}\n`);
  }
}
