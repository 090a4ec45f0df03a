import type { Logger } from 'pino';
import type { JobEnd } from '../../core/domain/job/job-end-events.ts';
import { isOpen, traceparentOfJob } from '../../core/domain/job/job-state.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import { jobFromLog } from '../../core/projection/job-from-log.ts';
import { delay } from '../../platform/async/delay.ts';
import { orAborted } from '../../platform/async/or-aborted.ts';
import type { ToolDeclaration } from '../../schemas/tool-declaration.ts';
import type { AgentProcess, ProcessExit, ProcessSpec } from '../runtime/runtime.ts';
import type { ContainerPrograms } from './container-programs.ts';
import type { Executor, JobHandle, JobOrder } from './executor.ts';
import { type JobProgram, jobProgram, type ProgramContext, workspaceOf } from './job-program.ts';
import { LocalPrograms, type LocalProgramsOptions } from './local-programs.ts';
import type { ProgramPlace } from './program-place.ts';

export interface CommandExecutorOptions
  extends LocalProgramsOptions,
    Pick<ProgramContext, 'toolsFolder' | 'environment' | 'servers' | 'knownHosts' | 'checkout'> {
  /** Runs programs of tools that want a container; absent where no tool does. */
  containers?: ContainerPrograms | undefined;
  log: EventLog;
  logger: Logger;
  /** Milliseconds between SIGTERM and SIGKILL. */
  stopGraceMs: number;
}

/** A run that nobody bounds ends by itself at last: what a machine does for longer is a service. */
const LONGEST_MS = 24 * 3_600_000;

/**
 * Programs, each in a process or a container of its own: they outlive the spawner, are found again by what
 * their place keeps of them, and begin at most once, for the run's mark is made before it begins.
 */
export class CommandExecutor implements Executor {
  readonly #options: CommandExecutorOptions;
  readonly #local: LocalPrograms;

  constructor(options: CommandExecutorOptions) {
    this.#options = options;
    this.#local = new LocalPrograms(options);
  }

  /** Frees what jobs that are over have left with the engine; one that is away has it for longer. */
  async prepare(): Promise<void> {
    const { containers, log, logger } = this.#options;
    const isOver = async (jobId: string) => {
      const job = await jobFromLog(log, jobId);
      return job === undefined || !isOpen(job);
    };
    await containers?.sweep(isOver).catch((error: unknown) => {
      logger.warn({ err: error }, 'containers of jobs that are over are not looked for');
    });
  }

  async start(order: JobOrder): Promise<JobHandle | { failed: string }> {
    const place = this.#placeOf(order.tool);
    if (place === undefined) return { failed: 'this spawner runs no tools in containers' };
    const program = this.#program(order, place);
    if ('failed' in program) return program;
    const image = containerOf(order.tool)?.image;
    const started = await place.start(spec(order, program, place), image, order.signal);
    if (!started.ok) return { failed: started.reason };
    await giveInput(started.process, program);
    return new CommandRun(started.process, order, place, this.#options);
  }

  async attach(order: JobOrder): Promise<JobHandle | undefined> {
    const place = this.#placeOf(order.tool);
    const process = await place?.attach(order.job.jobId, order.run.runId);
    if (place === undefined || process === undefined) return undefined;
    const program = this.#program(order, place);
    // Whoever began it may not have lived to write it.
    if (!('failed' in program)) await giveInput(process, program);
    return new CommandRun(process, order, place, this.#options);
  }

  #placeOf(tool: ToolDeclaration): ProgramPlace | undefined {
    return containerOf(tool) ? this.#options.containers : this.#local;
  }

  #program(order: JobOrder, place: ProgramPlace): JobProgram | { failed: string } {
    const workspace = workspaceOf(place.places(order.job.jobId).home);
    return jobProgram(order, { ...this.#options, workspace });
  }
}

const containerOf = ({ executor }: ToolDeclaration) =>
  executor.kind === 'command' ? executor.container : undefined;

function spec({ job, run, tool }: JobOrder, program: JobProgram, place: ProgramPlace): ProcessSpec {
  const totalMs = job.timeouts.totalMs ?? LONGEST_MS;
  const { home, searchPath } = place.places(job.jobId);
  return {
    agentId: job.jobId,
    runId: run.runId,
    command: place.command(job.jobId, program.command),
    needs: [program.needs],
    environment: {
      LANG: 'C.UTF-8',
      PATH: searchPath,
      HOME: home,
      ...program.environment,
      ...jobVariables(job),
    },
    ...(program.workspace && { workspace: program.workspace }),
    files: [],
    labels: { tool: tool.name },
    expiresAt: new Date(Date.parse(run.acceptedAt) + totalMs),
  };
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
  readonly #place: ProgramPlace;
  readonly #options: CommandExecutorOptions;

  constructor(
    process: AgentProcess,
    order: JobOrder,
    place: ProgramPlace,
    options: CommandExecutorOptions,
  ) {
    this.#process = process;
    this.#order = order;
    this.#place = place;
    this.#options = options;
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
    await this.#place.removeHome(this.#order.job.jobId);
  }

  async #untilEnd(): Promise<JobEnd> {
    try {
      await this.#place.follow(this.#process, this.#order);
      return await this.#endOf(await this.#process.exited);
    } catch (error) {
      if (!this.#order.signal.aborted) {
        const { jobId } = this.#order.job;
        this.#options.logger.error({ err: error, jobId }, 'the end of a job is unclear');
        const reason = error instanceof Error ? error.message : String(error);
        return { end: 'failed', code: 'ORC_INTERNAL', reason };
      }
      return new Promise(() => undefined);
    }
  }

  async #endOf({ code, signal, left, outOfMemory }: ProcessExit): Promise<JobEnd> {
    const tail = (stream: 'stdout' | 'stderr') => this.#place.tail(this.#process, stream);
    if (code === 0) {
      const said = await this.#place.result(this.#process);
      const result = said ?? { exitCode: 0, output: await tail('stdout') };
      return { end: 'completed', result };
    }
    if (code === null && signal === null) {
      const reason = 'what ran it has ended, nobody knows how';
      return { end: 'failed', code: 'ORC_JOB_INTERRUPTED', reason };
    }
    // Of ssh: what ran there may run on, or be done.
    const isLost = code === SSH_FAILED && this.#order.tool.executor.kind === 'ssh';
    const how = signal === null ? `exit code ${code}` : `ended by ${signal}`;
    const why = outOfMemory ? ', out of memory' : '';
    const last = (await tail('stderr')).trim().split('\n').at(-1) ?? '';
    const rest = left ? `; ${left.count} processes of it could not be ended` : '';
    const reason = `${how}${why}${last === '' ? '' : `: ${last}`}${rest}`;
    return { end: 'failed', code: isLost ? 'ORC_JOB_INTERRUPTED' : 'ORC_JOB_FAILED', reason };
  }
}

/** What ssh exits with where it, and not what it ran, has failed (ssh(1)). */
const SSH_FAILED = 255;
