import type Docker from 'dockerode';
import type { Logger } from 'pino';
import type { LogLine } from '../../core/log/append-log.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import { retry } from '../../platform/async/retry.ts';
import { ensureAgentNetwork } from '../../platform/docker/agent-network.ts';
import { usableImage } from '../../platform/docker/choose-runtime.ts';
import { engineMessage, isEngineAway } from '../../platform/docker/engine-error.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import { derivedId } from '../../schemas/ids.ts';
import { subjectOf } from '../../schemas/subjects.ts';
import type { LogCollector } from '../log-collector.ts';
import type { ContainerSettings } from '../runtime/docker/container-options.ts';
import type { EngineReport } from '../runtime/docker/container-watch.ts';
import { removeContainers } from '../runtime/docker/docker-process.ts';
import { DockerRuntime } from '../runtime/docker/docker-runtime.ts';
import type { AgentPlaces, AgentProcess, ProcessSpec, StartResult } from '../runtime/runtime.ts';
import type { JobOrder, JobSaid } from './executor.ts';
import { isProgress, PROGRESS_FILE, progressLines } from './job-progress.ts';
import { type ProgramPlace, TAIL_BYTES } from './program-place.ts';

export interface ContainerProgramsOptions {
  docker: Docker;
  /** Of the containers of this system's jobs; the image is that of tools that name none. */
  settings: ContainerSettings;
  /** Of the network of `settings`, where that is to be made. */
  internet: boolean;
  collector: LogCollector;
  log: EventLog;
  logger: Logger;
  engineIs: EngineReport;
}

/** Behind it, in what the container prints, is a line of progress (RFC 7464, "record separator"). */
const SEPARATOR = 0x1e;

/**
 * Descriptor 3 is a file of the job's home. What comes into it is printed as well, behind the separator, so
 * that it is heard while the program runs; of what is too long for one write the file has to do. The
 * printing is no child of the program, which takes the shell's place.
 */
const WITH_PROGRESS = `f=$HOME/${PROGRESS_FILE}; : >>"$f"
(tail -n +1 -f "$f" | while IFS= read -r line; do
  ((\${#line} < 1000)) && printf '\\036%s\\n' "$line"
done >&2 &)
exec 3>>"$f" "$@"`;

/** An engine that is away when a job begins is waited for, milliseconds. */
const PATIENCE_MS = 60_000;

/** Bytes of all that a program may say of its progress. */
const MAX_PROGRESS = 16 * 1024 * 1024;

/**
 * Programs in containers of their own, as agents have them (docs/decisions/0113-a-job-in-a-container.md):
 * nothing of the spawner's machine is mounted, and what the program gets is in no `docker inspect`.
 */
export class ContainerPrograms implements ProgramPlace {
  readonly #options: ContainerProgramsOptions;
  readonly #runtimes = new Map<string, DockerRuntime>();
  /** What each run was last heard to say, so that its end says it no more. */
  readonly #said = new Map<string, string>();

  constructor(options: ContainerProgramsOptions) {
    this.#options = options;
  }

  places(jobId: string): AgentPlaces {
    return this.#runtime().places(jobId);
  }

  command(_jobId: string, program: readonly [string, ...string[]]): readonly [string, ...string[]] {
    return ['bash', '-c', WITH_PROGRESS, 'job', ...program];
  }

  /** Begun once, however often it is tried: the container has the name of the job, and begins its program once. */
  async start(
    spec: ProcessSpec,
    image = this.#options.settings.image,
    signal?: AbortSignal,
  ): Promise<StartResult> {
    const { docker, settings, internet } = this.#options;
    const start = async (): Promise<StartResult> => {
      const usable = await usableImage(docker, image);
      if (usable instanceof OrchestratorError) {
        if (isEngineAway(usable.cause)) throw usable.cause;
        return { ok: false, reason: `${usable.message}; docs/tools.md tells which ones can be` };
      }
      await ensureAgentNetwork(docker, { name: settings.network, internet });
      return this.#runtime(image).start(spec);
    };
    try {
      return await retry(start, { isPassing: isEngineAway, patienceMs: PATIENCE_MS, signal });
    } catch (error) {
      signal?.throwIfAborted();
      const what = isEngineAway(error) ? 'no Docker engine answers' : 'its container did not start';
      return { ok: false, reason: `${what}: ${engineMessage(error)}` };
    }
  }

  async attach(jobId: string, runId: string): Promise<AgentProcess | undefined> {
    const process = await this.#runtime().attach(jobId, runId);
    // One that never ran is in nobody's way, but nobody's either.
    if (process === undefined) await this.removeHome(jobId);
    return process;
  }

  async follow(
    process: AgentProcess,
    { said, signal }: Pick<JobOrder, 'said' | 'signal'>,
  ): Promise<void> {
    const pass = async (stream: 'stdout' | 'stderr', lines: LogLine[]) => {
      if (stream === 'stdout') return lines;
      const read = lines.map(separated);
      const last = read.findLast((each) => each.progress !== undefined);
      if (last?.progress) await this.#tell(process, last.progress, last.line.position, said);
      return read.flatMap(({ line, own }) => (own ? [{ ...line, bytes: own }] : []));
    };
    await this.#options.collector.collect(process, signal, pass);
    const last = (await this.#progress(process)).filter(isProgress).at(-1);
    if (last) await this.#tell(process, last, 'end', said);
  }

  async result(process: AgentProcess): Promise<unknown> {
    const lines = await this.#progress(process);
    return lines.findLast(({ result }) => result !== undefined)?.result;
  }

  /** Of what is stored of it: the container may have printed more than anybody wants to read again. */
  async tail({ agentId: jobId }: AgentProcess, stream: 'stdout' | 'stderr'): Promise<string> {
    const filter = subjectOf({ family: 'job-log', jobId, name: stream });
    let tail = Buffer.alloc(0);
    const range = { stream: 'LOGS', from: { sequence: 1 }, filter } as const;
    for await (const { payload } of this.#options.log.read(range)) {
      tail = Buffer.concat([tail, payload, Buffer.from('\n')]).subarray(-TAIL_BYTES);
    }
    return tail.toString('utf8');
  }

  async removeHome(jobId: string): Promise<void> {
    this.#said.delete(jobId);
    await removeContainers(this.#options.docker, jobId);
    await this.#runtime().removeHome(jobId);
  }

  /** Removes what is left of jobs that are over, where whoever ended them did not live to do so. */
  async sweep(isOver: (jobId: string) => Promise<boolean>): Promise<void> {
    const runtime = this.#runtime();
    const kept = [...(await runtime.homes()), ...(await runtime.list()).map((run) => run.agentId)];
    for (const jobId of new Set(kept)) if (await isOver(jobId)) await this.removeHome(jobId);
  }

  #runtime(image = this.#options.settings.image): DockerRuntime {
    const known = this.#runtimes.get(image);
    if (known) return known;
    const { docker, settings, logger, engineIs } = this.#options;
    const runtime = new DockerRuntime({
      docker,
      settings: { ...settings, image },
      logger,
      engineIs,
    });
    this.#runtimes.set(image, runtime);
    return runtime;
  }

  async #progress(process: AgentProcess) {
    try {
      return progressLines(
        (await process.readFile(PROGRESS_FILE, MAX_PROGRESS)) ?? Buffer.alloc(0),
      );
    } catch (error) {
      if (isEngineAway(error)) throw error;
      this.#options.logger.warn({ err: error, jobId: process.agentId }, 'progress is not read');
      return [];
    }
  }

  async #tell(
    { agentId: jobId }: AgentProcess,
    { text, percent }: Pick<JobSaid, 'text' | 'percent'>,
    at: string,
    said: JobOrder['said'],
  ): Promise<void> {
    const words = JSON.stringify([text, percent]);
    if (at === 'end' && this.#said.get(jobId) === words) return;
    this.#said.set(jobId, words);
    await said({ text, percent, position: derivedId('at-', at) });
  }
}

/** What a line of stderr has of the program's own, and what behind the separator is its progress. */
function separated(line: LogLine) {
  const at = line.bytes.indexOf(SEPARATOR);
  if (at < 0) return { line, own: line.bytes, progress: undefined };
  const [progress] = progressLines(line.bytes.subarray(at + 1));
  return { line, own: at > 0 ? line.bytes.subarray(0, at) : undefined, progress };
}
