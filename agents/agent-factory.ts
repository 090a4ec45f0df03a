import type { AgentTraits } from '../core/domain/agent/agent-traits.ts';
import type { DeclaredTool } from '../schemas/declared-tool.ts';
import type { Person } from '../schemas/events/parts.ts';
import type { TextFile } from './process-file.ts';

/** What a factory may know of the agent that it makes. */
export interface AgentOrder {
  agentId: string;
  /** Whose it is: logins of one user reach no other's agent. */
  owner?: Person;
  /** Where its runtime puts its home and the folder that it works in. */
  home: string;
  workspace: string;
  /** Folder of its files that are `secret`. */
  secrets: string;
  /** The command line of the `create` command, for kinds that need one. */
  commandLine?: string;
}

/**
 * All that is particular to one kind of agent (design, "Agent factories"). A kind
 * makes its own (`agent-kind.ts`).
 */
export interface AgentFactory {
  readonly kind: string;
  /** When a turn ends, and what becomes of a message that comes while one runs. */
  readonly traits: AgentTraits;
  /** Program and arguments of the one long-lived process; or why there is none. */
  persistentCommand(order: AgentOrder): readonly [string, ...string[]] | { missing: string };
  /** Programs that its command runs in its turn, and that have to be there. */
  needs?(order: AgentOrder): readonly string[];
  /** The bytes of one message on stdin, framed so that its end is never in doubt. */
  formatMessageForStdin(message: string): Uint8Array;
  /** The instructions file of this kind (CLAUDE.md, AGENTS.md, …), from the one command table. */
  generateInstructions(
    allowedTools: readonly string[] | undefined,
    declared?: readonly DeclaredTool[],
  ): TextFile[];
  /** What else must be there before the start: settings, logins, what its host is to know. */
  files?(order: AgentOrder): Promise<TextFile[]>;
  /** Names of variables that the agent needs from the spawner's own environment. */
  requiredEnvironment(): readonly string[];
  /**
   * When messages may be written: once the process exists, after this command succeeded, or when
   * the agent says so itself (`orchestrator ready`).
   */
  readinessProbe():
    | { wait: 'process' }
    | { wait: 'command'; command: readonly string[] }
    | { wait: 'signal'; timeoutMs: number };
}
