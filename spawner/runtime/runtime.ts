/** A place where agents run: processes of this machine, containers, … One contract for all. */
export interface Runtime {
  readonly name: string;
  /**
   * Starts the agent's process, or takes up the one that this run has already (a spawner may die
   * between the start and the event that says so). Resolves when the process exists.
   */
  start(spec: ProcessSpec): Promise<StartResult>;
  /** Every run that this runtime keeps, running or ended, also those that the log does not know. */
  list(): Promise<RunStatus[]>;
  /** The process of a run, running or ended; undefined where this runtime keeps no such run. */
  attach(agentId: string, runId: string): Promise<AgentProcess | undefined>;
}

export type StartResult = { ok: true; process: AgentProcess } | { ok: false; reason: string };

export interface RunStatus {
  agentId: string;
  runId: string;
  running: boolean;
}

export interface ProcessSpec {
  agentId: string;
  runId: string;
  command: readonly [string, ...string[]];
  /** Complete: nothing is inherited. */
  environment: Readonly<Record<string, string>>;
  /** Written before the start; `path` is relative to the agent's home. */
  files: readonly { path: string; content: string; mode?: number }[];
  /** Some grace after this the process ends by itself, unless somebody has extended it. */
  expiresAt: Date;
}

export interface ProcessExit {
  /** Null with a signal: killed by it. Both null: ended, unknown how. */
  code: number | null;
  signal: string | null;
}

export interface LogLine {
  /** Opaque; where to go on behind this line. */
  position: string;
  /** Without the line end. */
  bytes: Uint8Array;
  /** The line was too long for one piece, and goes on in the next. */
  continued: boolean;
}

/** One run of an agent. Whoever holds it may die; the process does not notice. */
export interface AgentProcess {
  readonly agentId: string;
  readonly runId: string;
  readonly pid: number | undefined;
  /** Resolves when the process has ended. */
  readonly exited: Promise<ProcessExit>;
  /**
   * Writes a message to stdin: once for a message id however often it is called, also by another
   * holder after a crash in the middle of the write. In call order.
   */
  write(messageId: string, bytes: Uint8Array): Promise<'written' | 'already-written' | 'gone'>;
  /**
   * Batches of lines behind `after` (a position; undefined: from the start), then live; ends when
   * the process has ended and its output is read, or when the signal aborts.
   */
  readLog(
    stream: 'stdout' | 'stderr',
    after: string | undefined,
    signal: AbortSignal,
  ): AsyncIterable<LogLine[]>;
  /** To the agent's whole process group. Nothing happens where it has ended. */
  signal(signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** The agent sees the end of stdin after everything that was written. */
  closeStdin(): Promise<void>;
  extend(expiresAt: Date): Promise<void>;
  /** Replaces a file of the agent's home whole. */
  replaceFile(path: string, content: string, mode: number): Promise<void>;
  /** Lets go; the process lives on. */
  detach(): Promise<void>;
  /** Frees what is kept of an ended run: journal and logs, never the workspace. */
  remove(): Promise<void>;
}
