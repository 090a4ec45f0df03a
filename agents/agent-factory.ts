import type { AgentTraits } from '../core/domain/agent/agent-traits.ts';
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
  /** The model that it is to have, and how hard that is to think; the CLI's own without. */
  model?: string | undefined;
  effort?: string | undefined;
  /**
   * Set where the agent goes on after an end, in the home that it had; with a digest of what was said,
   * for one that cannot take up its own session.
   */
  resumes?: { digest: string };
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
  /**
   * A further run of its agent takes up by itself what was said, or makes use of the digest in its order.
   * For any other kind the digest stands before the first message.
   */
  readonly resumesItself?: boolean;
  /** The bytes of one message on stdin, framed so that its end is never in doubt. */
  formatMessageForStdin(message: string): Uint8Array;
  /** The instructions file of this kind (CLAUDE.md, AGENTS.md, …), from the one command table. */
  generateInstructions(
    allowedTools: readonly string[] | undefined,
    /** Its workspace is a project’s: instructions stand beside it, where the project has its own. */
    inProject: boolean,
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
