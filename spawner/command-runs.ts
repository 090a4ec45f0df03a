import type { AgentState, PendingRun } from '../core/domain/agent/agent-state.ts';
import type { CommandOutcome } from '../core/domain/agent/command/command-events.ts';
import { FORSAKEN } from './command-outcome.ts';

type RunCommand = (command: PendingRun) => Promise<CommandOutcome>;

/**
 * The shell commands of one agent that this spawner runs, beside everything else that the agent
 * does. A command that the log has as started and that is none of these was started by a spawner
 * that is gone: its outcome is that nobody knows how it ended.
 */
export class CommandRuns {
  readonly #run: RunCommand;
  readonly #wake: () => void;
  /** By command id: null while it runs. */
  readonly #runs = new Map<string, CommandOutcome | null>();
  readonly #announced = new Set<string>();

  /** @param wake is called when a command has ended */
  constructor(run: RunCommand, wake: () => void) {
    this.#run = run;
    this.#wake = wake;
  }

  /** This spawner states now that it starts the command. */
  announce(commandId: string): void {
    this.#announced.add(commandId);
  }

  /** Begins what the log has as started by us; the first outcome that the log does not have yet. */
  next(state: AgentState): { commandId: string; outcome: CommandOutcome } | undefined {
    const running = state.phase === 'unknown' ? [] : (state.running ?? []);
    this.#forgetOthers(running);
    for (const command of running) this.#begin(command);
    for (const { commandId } of running) {
      const outcome = this.#runs.get(commandId);
      if (outcome) return { commandId, outcome };
    }
    return undefined;
  }

  /** The log has the outcome of what it no longer has as running. */
  #forgetOthers(running: readonly PendingRun[]): void {
    for (const commandId of this.#runs.keys()) {
      if (running.some((command) => command.commandId === commandId)) continue;
      this.#runs.delete(commandId);
      this.#announced.delete(commandId);
    }
  }

  /** Never rejects: nobody listens here, and an end of the spawner would end every agent's commands. */
  async #outcome(command: PendingRun): Promise<CommandOutcome> {
    try {
      return await this.#run(command);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return { exitCode: -1, output: '', error: `The command could not be run: ${reason}` };
    }
  }

  #begin(command: PendingRun): void {
    const { commandId } = command;
    if (this.#runs.has(commandId)) return;
    const ours = this.#announced.has(commandId);
    this.#runs.set(commandId, ours ? null : FORSAKEN);
    if (!ours) return;
    void this.#outcome(command).then((outcome) => {
      this.#runs.set(commandId, outcome);
      this.#wake();
    });
  }
}
