import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { JobEnd } from '../../core/domain/job/job-end-events.ts';
import { traceparentOfJob } from '../../core/domain/job/job-state.ts';
import { delay } from '../../platform/async/delay.ts';
import { orAborted } from '../../platform/async/or-aborted.ts';
import type { LogCollector } from '../log-collector.ts';
import type { AgentProcess, ProcessExit, ProcessSpec, Runtime } from '../runtime/runtime.ts';
import type { Executor, JobHandle, JobOrder } from './executor.ts';
import { type JobProgram, jobProgram, type ProgramContext, workspaceOf } from './job-program.ts';
import { followProgress, lastResult, PROGRESS_FILE } from './job-progress.ts';

export interface CommandExecutorOptions
  extends Pick<
    ProgramContext,
    'toolsFolder' | 'environment' | 'servers' | 'knownHosts' | 'checkout'
  > {
  /** Runs programs that outlive this process, below `folder`, a folder for each job. */
  runtime: Runtime;
  folder: string;
  collector: LogCollector;
  logger: Logger;
  searchPath: string;
  /** Milliseconds between SIGTERM and SIGKILL. */
  stopGraceMs: number;
}

/** A run that nobody bounds ends by itself at last: what a machine does for longer is a service. */
const LONGEST_MS = 24 * 3_600_000;

/** Descriptor 3 is the progress; the program takes the shell's place. */
const WITH_PROGRESS = 'exec 3>>"$0" "$@"';

/**
 * Programs of this machine, each under a keeper as agents are: they outlive the spawner, are found again
 * by what is in their folder, and begin at most once, for a keeper makes the run's mark before it begins.
 */
export class CommandExecutor implements Executor {
  readonly #options: CommandExecutorOptions;

  constructor(options: CommandExecutorOptions) {
    this.#options = options;
  }

  async start(order: JobOrder): Promise<JobHandle | { failed: string }> {
    const program = this.#program(order);
    if ('failed' in program) return program;
    const started = await this.#options.runtime.start(this.#spec(order, program));
    if (!started.ok) {
      // Nothing of it began: nor does anything of it stay.
      const home = join(this.#options.folder, order.job.jobId);
      if (started.left === undefined) await rm(home, { recursive: true, force: true });
      return { failed: started.reason };
    }
    await giveInput(started.process, program);
    return new CommandRun(started.process, order, this.#options);
  }

  async attach(order: JobOrder): Promise<JobHandle | undefined> {
    const { jobId } = order.job;
    const process = await this.#options.runtime.attach(jobId, order.run.runId);
    if (process === undefined) return undefined;
    const program = this.#program(order);
    // Whoever began it may not have lived to write it.
    if (!('failed' in program)) await giveInput(process, program);
    return new CommandRun(process, order, this.#options);
  }

  #program(order: JobOrder): JobProgram | { failed: string } {
    const { runtime } = this.#options;
    const workspace = workspaceOf(runtime.places(order.job.jobId).home);
    return jobProgram(order, { ...this.#options, workspace });
  }

  #spec({ job, run, tool }: JobOrder, program: JobProgram): ProcessSpec {
    const { folder, searchPath, runtime } = this.#options;
    const progress = join(folder, job.jobId, PROGRESS_FILE);
    const totalMs = job.timeouts.totalMs ?? LONGEST_MS;
    return {
      agentId: job.jobId,
      runId: run.runId,
      command: ['sh', '-c', WITH_PROGRESS, progress, ...program.command],
      needs: [program.needs],
      environment: {
        LANG: 'C.UTF-8',
        PATH: searchPath,
        HOME: runtime.places(job.jobId).home,
        ...program.environment,
        ...jobVariables(job),
      },
      ...(program.workspace && { workspace: program.workspace }),
      files: [],
      labels: { tool: tool.name },
      expiresAt: new Date(Date.parse(run.acceptedAt) + totalMs),
    };
  }
}

/** Once, and then the end of it. */
async function giveInput(process: AgentProcess, { input }: JobProgram): Promise<void> {
  await process.write('input', Buffer.from(input));
  await process.closeStdin();
}

/** The input by name, for programs that read no JSON: `projectId` as JOB_PROJECT_ID. */
function jobVariables(job: JobOrder['job']) {
  const { jobId, tool, verb, input, by, owner } = job;
  const traceparent = traceparentOfJob(job);
  const values = Object.entries(input).flatMap(([key, value]) => {
    const name = key.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    // What becomes a variable cannot hold a NUL (POSIX, `exec`); stdin has it.
    return text.includes('\0') ? [] : [[`JOB_${name}`, text]];
  });
  return {
    ...Object.fromEntries(values),
    JOB_ID: jobId,
    JOB_TOOL: tool,
    JOB_VERB: verb,
    JOB_PROGRESS_FD: '3',
    // As programs that trace themselves read it.
    ...(traceparent !== undefined && { TRACEPARENT: traceparent }),
    ...(by && { JOB_AGENT_ID: by.agentId }),
    ...(owner && { JOB_OWNER: `${owner.channel}/${owner.userId}` }),
  };
}

class CommandRun implements JobHandle {
  readonly ended: Promise<JobEnd>;
  readonly #process: AgentProcess;
  readonly #order: JobOrder;
  readonly #options: CommandExecutorOptions;
  readonly #home: string;

  constructor(process: AgentProcess, order: JobOrder, options: CommandExecutorOptions) {
    this.#process = process;
    this.#order = order;
    this.#options = options;
    this.#home = join(options.folder, order.job.jobId);
    this.ended = this.#untilEnd();
  }

  async stop(): Promise<void> {
    await this.#process.signal('SIGTERM');
    const late = delay(this.#options.stopGraceMs, this.#order.signal);
    const isOver = await Promise.race([this.#process.exited.then(() => true), late]);
    if (isOver !== true) await this.#process.signal('SIGKILL');
    await orAborted(this.ended, this.#order.signal);
  }

  async remove(): Promise<void> {
    await this.#process.remove();
    await rm(this.#home, { recursive: true, force: true });
  }

  async #untilEnd(): Promise<JobEnd> {
    const { collector, logger } = this.#options;
    const { signal, said } = this.#order;
    const file = join(this.#home, PROGRESS_FILE);
    const over = new AbortController();
    try {
      const [exit] = await Promise.all([
        this.#process.exited.finally(() => over.abort()),
        collector.collect(this.#process, signal),
        followProgress({ file, said, over: over.signal, signal }),
      ]);
      return await this.#endOf(exit, file);
    } catch (error) {
      if (!signal.aborted) {
        logger.error({ err: error, jobId: this.#order.job.jobId }, 'the end of a job is unclear');
        const reason = error instanceof Error ? error.message : String(error);
        return { end: 'failed', code: 'ORC_INTERNAL', reason };
      }
      return new Promise(() => undefined);
    }
  }

  async #endOf({ code, signal, left }: ProcessExit, file: string): Promise<JobEnd> {
    const run = join(this.#home, 'runs', this.#order.run.runId);
    if (code === 0) {
      const said = await lastResult(file);
      const result = said ?? { exitCode: 0, output: await tailOf(join(run, 'stdout')) };
      return { end: 'completed', result };
    }
    if (code === null && signal === null) {
      const reason = 'what ran it has ended, nobody knows how';
      return { end: 'failed', code: 'ORC_JOB_INTERRUPTED', reason };
    }
    // Of ssh: what ran there may run on, or be done.
    const isLost = code === SSH_FAILED && this.#order.tool.executor.kind === 'ssh';
    const how = signal === null ? `exit code ${code}` : `ended by ${signal}`;
    const last = (await tailOf(join(run, 'stderr'))).trim().split('\n').at(-1) ?? '';
    const rest = left ? `; ${left.count} processes of it could not be ended` : '';
    const reason = `${how}${last === '' ? '' : `: ${last}`}${rest}`;
    return { end: 'failed', code: isLost ? 'ORC_JOB_INTERRUPTED' : 'ORC_JOB_FAILED', reason };
  }
}

/** What ssh exits with where it, and not what it ran, has failed (ssh(1)). */
const SSH_FAILED = 255;

/** Bytes of an output's end that a result or a reason quotes. */
const TAIL_BYTES = 4_096;

async function tailOf(path: string): Promise<string> {
  const file = await open(path, 'r').catch(() => undefined);
  if (file === undefined) return '';
  try {
    const { size } = await file.stat();
    const length = Math.min(size, TAIL_BYTES);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString('utf8');
  } finally {
    await file.close();
  }
}
