import { isLive } from '../../core/domain/agent/agent-state.ts';
import type { CommandStep } from '../../core/domain/agent/command/next-command-step.ts';
import type { Told } from '../../core/domain/agent/events-of-step.ts';
import { NOT_RUN } from '../command-outcome.ts';
import { CommandRuns } from '../command-runs.ts';
import { overflowed } from '../overflowed.ts';
import { NotOwner } from '../ownership/owned-process.ts';
import type { OwnAgent } from './own-agent.ts';
import { nothingElse, type StepEffects } from './step-effects.ts';

const FILE_MODE = 0o644;

/** What commands do beside the agent: shell commands and files. */
export class CommandSteps {
  readonly effects: StepEffects<CommandStep> = {
    reject: nothingElse,
    'state-outcome': nothingElse,
    run: async ({ command }) => {
      this.runs.announce(command.commandId);
      return true;
    },
    'refuse-queue': nothingElse,
    'refuse-overflow': async ({ overflow }, state) => {
      const { deps, signal } = this.#agent;
      return { commands: await overflowed(state, overflow, deps.log, signal) };
    },
    'write-file': (step) => this.#writeFile(step),
  };
  readonly runs: CommandRuns;
  readonly #agent: OwnAgent;

  constructor(agent: OwnAgent) {
    this.#agent = agent;
    const { deps, signal, wake } = agent;
    this.runs = new CommandRuns(async (command) => {
      const { state } = agent;
      if (state === undefined || !isLive(state)) return NOT_RUN;
      const factory = deps.factories.get(state.kind);
      return factory ? deps.processes.run(state, factory, command, signal) : NOT_RUN;
    }, wake);
  }

  async #writeFile({ file }: CommandStep & { do: 'write-file' }): Promise<Told<'write-file'>> {
    const { path, content } = file;
    try {
      await this.#agent.process?.replaceFile({ path, content, mode: FILE_MODE });
      return {};
    } catch (error) {
      if (error instanceof NotOwner) throw error;
      return { problem: error instanceof Error ? error.message : String(error) };
    }
  }
}
