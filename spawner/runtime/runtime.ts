import type { ProcessFile } from '../../agents/process-file.ts';
import type { LogLine } from '../../core/log/append-log.ts';
import type { LeftBehind } from '../../schemas/events/process.ts';
import type { WaysOut } from '../ways-out.ts';

/**
 * A place where agents run: processes of this machine, containers, … One contract for all; the
 * suite tests/spawner/runtime/conformance.ts holds each to it.
 */
export interface Runtime {
  readonly name: string;
  /**
   * Is what is left of an ended run in the way of others (containers are), so that it is to be
   * removed as soon as its end is stated? Else it is kept until the agent is deleted.
   */
  readonly removesEnded: boolean;
  /** Can it keep a process from every place but some ways out ({@link ProcessSpec})? */
  readonly isolates: boolean;
  /** Where an agent finds its things; known before it is started. */
  places(agentId: string): AgentPlaces;
  /**
   * Where its runs live, as a token of a subject: two runtimes of one place can attach to each
   * other's runs, two of different places cannot. The same for ever (design, "Several spawners").
   */
  place(): Promise<string>;
  /**
   * Starts the agent's process, or takes up the one that this run has already (a spawner may die
   * between the start and the event that says so), also one that has ended since. Resolves when the
   * process exists, not when it is ready. What keeps it from starting (no such program, a folder
   * that cannot be made) is a result with a reason for people, not a throw.
   */
  start(spec: ProcessSpec): Promise<StartResult>;
  /** Every run that this runtime keeps, running or ended, also those that the log does not know. */
  list(): Promise<RunStatus[]>;
  /** The process of a run, running or ended; undefined where this runtime keeps no such run. */
  attach(agentId: string, runId: string): Promise<AgentProcess | undefined>;
  /**
   * Ends what lives on of a run that has ended, also of one that is not kept any more, and says what
   * it could not end. What does not certainly belong to that run is never touched.
   */
  endRest(agentId: string, runId: string): Promise<LeftBehind | undefined>;
  /** The agents whose home this runtime keeps. */
  homes(): Promise<string[]>;
  /**
   * A plain file of an agent's home, whether it runs, has ended, or nothing but its home is kept; undefined where there is
   * none. No link is followed, and nothing is changed.
   *
   * @param folder relative to the home; the file may lie deeper
   * @param ending of its path
   * @throws FileRefused where it has more than `maxBytes`
   */
  homeFile(
    agentId: string,
    folder: string,
    ending: string,
    maxBytes: number,
  ): Promise<HomeFile | undefined>;
  /**
   * Removes the home of an agent with all that is in it, and what is kept of its ended runs; nothing
   * where there is none. What a link in it leads to stays.
   * @throws where a run of it has not ended
   */
  removeHome(agentId: string): Promise<void>;
}

export interface HomeFile {
  /** Relative to the home. */
  path: string;
  content: Uint8Array;
}

export type StartResult =
  | { ok: true; process: AgentProcess }
  | { ok: false; reason: string; left?: LeftBehind };

export interface RunStatus {
  agentId: string;
  runId: string;
  running: boolean;
  /** Processes that live on although the run has ended; absent where there are none. */
  rest?: number;
}

/** Paths and the PATH as the agent's own process sees them. */
export interface AgentPlaces {
  home: string;
  /** Folder of the files that are `secret`. */
  secrets: string;
  /** Its PATH: the `orchestrator` command is on it. */
  searchPath: string;
}

/** What an agent's workspace is to be, where it is not there yet. */
export type WorkspaceSource =
  /** Makes a folder that becomes the workspace whole. Called only where there is none. */
  | { make: () => Promise<string> }
  /** This very folder. */
  | { inPlace: () => Promise<string> };

export interface ProcessSpec {
  agentId: string;
  runId: string;
  command: readonly [string, ...string[]];
  /** Programs that the command runs, and that have to be there as well; how to get one, for people. */
  needs?: readonly { program: string; cure: string }[];
  /** Complete: nothing is inherited. A runtime may add a mark by which it finds what belongs to the run. */
  environment: Readonly<Record<string, string>>;
  /** An empty folder without one. */
  workspace?: WorkspaceSource;
  /** Written before the start. */
  files: readonly ProcessFile[];
  /** What operators are to see beside it, where the runtime can show such: kind, owner, … */
  labels: Readonly<Record<string, string>>;
  /** Some grace after this the process ends by itself, unless somebody has extended it. */
  expiresAt: Date;
  /** Set: it has no network, and gets to these places alone. Of a runtime that isolates. */
  waysOut?: WaysOut;
  /** Its home is that of an earlier run: what the agent has put there is in it. */
  again?: boolean;
}

/** Another program, to be run beside an agent. */
export interface ExecOrder {
  command: readonly [string, ...string[]];
  /** Complete, as for the agent itself. */
  environment: Readonly<Record<string, string>>;
  /** Milliseconds after which it and what it has started is killed. */
  timeoutMs: number;
  /** What is kept of each of its outputs, from the start. */
  outputBytes: number;
  /** Kills it. */
  signal: AbortSignal;
}

/** `exit`: it ended by itself. Else why not, in words. */
export type ExecOutcome = { stdout: Uint8Array; stderr: Uint8Array } & (
  | { ended: 'exit'; exit: ProcessExit }
  | { ended: 'timeout' }
  | { ended: 'failed'; reason: string }
);

export interface ProcessExit {
  /** Null with a signal: killed by it. Both null: ended, unknown how. */
  code: number | null;
  signal: string | null;
  /** It took more memory than it may. */
  outOfMemory?: boolean;
  /** What it had started and could not be ended with it. */
  left?: LeftBehind;
}

/** One run of an agent. Whoever holds it may die; the process does not notice. */
export interface AgentProcess {
  readonly agentId: string;
  readonly runId: string;
  readonly pid: number | undefined;
  /**
   * Resolves when the process has ended and all that it had started is ended with it, wherever that
   * went; never after `detach`. Never rejects: a runtime that cannot tell is asked again.
   */
  readonly exited: Promise<ProcessExit>;
  /**
   * Writes a message to stdin: once for a message id however often it is called, also by another
   * holder after a crash in the middle of the write. In call order. One holder writes at a time.
   * `already-written`: all of it was written earlier, also where the process has ended since.
   * `gone`: it was not written and never will be, the process or its stdin has ended.
   */
  write(messageId: string, bytes: Uint8Array): Promise<'written' | 'already-written' | 'gone'>;
  /**
   * Batches of lines behind `after` (a position; undefined: from the start), then live; ends when
   * the process has ended and its output is read, or when the signal aborts. A last line without
   * an end comes when the process has ended. Reads no further than the consumer has asked for.
   */
  readLog(
    stream: 'stdout' | 'stderr',
    after: string | undefined,
    signal: AbortSignal,
  ): AsyncIterable<LogLine[]>;
  /** To the agent's whole process group. Nothing happens where it has ended. */
  signal(signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /**
   * Freezes it until something is written or signalled to it; false where this runtime cannot, or it
   * has ended.
   */
  pause(): Promise<boolean>;
  /** The agent sees the end of stdin after everything that was written. */
  closeStdin(): Promise<void>;
  /** Replaces the time at which it ends by itself; an earlier one holds as well. */
  extend(expiresAt: Date): Promise<void>;
  /** Runs a program once, in the agent's workspace and with no stdin. Never rejects. */
  exec(order: ExecOrder): Promise<ExecOutcome>;
  /**
   * Replaces one of its files whole; makes the folders above it. Links that the agent has made are
   * followed no further than what is its own in its home.
   * @throws FileRefused where the path leads elsewhere, something stands in its way, or the disk does
   * not take it: it will not succeed later either
   */
  replaceFile(file: ProcessFile): Promise<void>;
  /**
   * What stands in one of its files, running or ended; undefined where there is no such file. No link
   * is followed, and nothing but a plain file is read.
   * @param path relative to the home
   * @throws FileRefused where something else stands there, or more than `maxBytes`
   */
  readFile(path: string, maxBytes: number): Promise<Uint8Array | undefined>;
  /** Lets go; the process lives on. */
  detach(): Promise<void>;
  /**
   * Frees what is kept of an ended run: journal and logs, never the workspace.
   * @throws where it has not ended
   */
  remove(): Promise<void>;
}
