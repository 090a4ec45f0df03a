import type { TurnProblem } from '../voice/turn-problem.ts';
import type { HostOrder } from './host-order.ts';

/** What a CLI wants to do and may not do unasked. */
export interface PermissionRequest {
  /** The tool as the CLI calls it: `Bash`, `Edit`. */
  tool: string;
  /** For a shell tool: the command line. */
  command?: string;
  /** For people, where there is no command. */
  what: string;
}

export type PermissionAnswer = 'allow' | 'allow-always' | 'deny';

/** How a turn of the CLI ended. */
export interface TurnOutcome {
  /** Set where it came to nothing: the model refused, the CLI crashed. */
  problem?: TurnProblem;
  /** What the CLI said last, which a user only sees where the agent forgets to answer. */
  lastMessage?: string;
}

/** What a driver tells its host. */
export interface DriverEvents {
  /** Everything that was handed over is done. Once for each time that the CLI falls idle. */
  turnEnded(outcome: TurnOutcome): void;
  /** The CLI tries its model again by itself, which refused or could not be reached: the reason. */
  retried(reason: string): void;
  permission(request: PermissionRequest): Promise<PermissionAnswer>;
  /** What a command of the CLI itself (`/cost`) has answered, which no agent will: before the turn's end. */
  answered(text: string): void;
  /** The conversation's id, with which another process of the CLI can go on. */
  session(id: string): void;
  /** A line for people; never an event. */
  log(line: string): void;
}

export interface CliExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** One process of a CLI and the protocol that it speaks. */
export interface Driver {
  /** Resolves when messages may be sent. Rejects where the CLI refuses to begin. */
  readonly ready: Promise<void>;
  readonly exited: Promise<CliExit>;
  /** Takes a message while a turn runs; otherwise the host keeps it until the turn has ended. */
  readonly joins: boolean;
  send(text: string): void;
  /** Ends the running turn; the process lives on. */
  interrupt(): void;
  /** Ends the process in its own way. No turn runs. */
  close(): void;
  /** Ends the process and everything that it started. */
  kill(): void;
}

export interface DriverOptions {
  order: HostOrder;
  /** The session to go on with, which was that of a process that has ended. */
  session: string | undefined;
  events: DriverEvents;
  environment: Record<string, string>;
  /** Where the agent works. */
  workspace: string;
}

export type StartDriver = (options: DriverOptions) => Driver;
