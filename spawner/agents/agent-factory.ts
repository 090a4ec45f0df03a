import type { AgentTraits } from '../../core/domain/agent/next-step.ts';
import type { ProcessFile } from '../runtime/runtime.ts';

/** What a factory may know of the agent that it makes. */
export interface AgentOrder {
  agentId: string;
  /** The command line of the `create` command, for kinds that need one. */
  commandLine?: string;
}

/**
 * All that is particular to one kind of agent (design, "Agent factories"). Adding a kind is one
 * file that implements this and one line in `agent-factories.ts`.
 */
export interface AgentFactory {
  readonly kind: string;
  /** When a turn ends, and what becomes of a message that comes while one runs. */
  readonly traits: AgentTraits;
  /** Program and arguments of the one long-lived process; or why there is none. */
  persistentCommand(order: AgentOrder): readonly [string, ...string[]] | { missing: string };
  /** The bytes of one message on stdin, framed so that its end is never in doubt. */
  formatMessageForStdin(message: string): Uint8Array;
  /**
   * The instructions file of this kind (CLAUDE.md, AGENTS.md, …), from the one command table, and
   * whatever else must be there before the agent starts.
   */
  generateInstructions(allowedTools: readonly string[] | undefined): ProcessFile[];
  /** Names of variables that the agent needs from the spawner's own environment. */
  requiredEnvironment(): readonly string[];
  /** When messages may be written: once the process exists, or after this command succeeded. */
  readinessProbe(): { wait: 'process' } | { wait: 'command'; command: readonly string[] };
}
