import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import type Docker from 'dockerode';
import type { Logger } from 'pino';
import type { ProcessFile } from '../../../agents/process-file.ts';
import type { LogLine } from '../../../core/log/append-log.ts';
import { NEAR } from '../../../platform/async/back-off.ts';
import { always, retry } from '../../../platform/async/retry.ts';
import { SerialQueue } from '../../../platform/async/serial-queue.ts';
import { mayPass, statusOf, unless } from '../../../platform/docker/engine-error.ts';
import { execFailure } from '../exec-failure.ts';
import { exitOfStatus } from '../exit-of-status.ts';
import type { AgentProcess, ExecOrder, ExecOutcome, ProcessExit } from '../runtime.ts';
import { containerExec } from './container-exec.ts';
import { containerLogs } from './container-logs.ts';
import {
  gateContainer,
  mailboxContainer,
  mailboxVolume,
  readerContainer,
  waysVolume,
} from './container-options.ts';
import type { ContainerChanges, ContainerWatch } from './container-watch.ts';
import { isThere } from './file-stat.ts';
import { putHomeFile } from './home-files.ts';
import type { Mailbox } from './mailbox.ts';
import { endMark, toEndMark, unreadFolder } from './output-end.ts';
import { OutputHold } from './output-hold.ts';
import { takeHomeFile } from './take-home-file.ts';

/** Statuses of the engine: no such container; it is so already, or in no state for it. */
const GONE = 404;
const CONFLICT = 409;
const ALREADY = 304;

/** What all processes of a runtime share. */
export interface Engine {
  docker: Docker;
  watch: ContainerWatch;
  logger: Logger;
}

/** A container that this process has taken up: everything it knows is with the engine. */
export class DockerProcess implements AgentProcess {
  readonly agentId: string;
  readonly runId: string;
  readonly pid: number | undefined;
  readonly exited: Promise<ProcessExit>;
  readonly #docker: Docker;
  readonly #logger: Logger;
  readonly #container: Docker.Container;
  readonly #mailbox: Mailbox;
  readonly #changes: ContainerChanges;
  /** Aborted when the container has ended, or is held no more. */
  readonly #over = new AbortController();
  /** Also where its container runs again since: that is not the agent. */
  #ended = false;
  #detached = false;
  readonly #calls = new SerialQueue();
  /** Of a container whose agent has ended, until its output is read. */
  readonly #hold = new OutputHold(() => this.#calls.run(() => this.#letEnd()), this.#over.signal);

  constructor(
    ids: { agentId: string; runId: string },
    { docker, watch, logger }: Engine,
    found: Docker.ContainerInspectInfo,
    mailbox: Mailbox,
  ) {
    this.agentId = ids.agentId;
    this.runId = ids.runId;
    this.pid = found.State.Pid === 0 ? undefined : found.State.Pid;
    this.#docker = docker;
    this.#logger = logger;
    this.#container = docker.getContainer(found.Id);
    this.#mailbox = mailbox;
    this.#changes = watch.watch(found.Id);
    this.exited = this.#untilExit();
  }

  /** For what another holder wrote and did not live to ring for. */
  async wake(): Promise<void> {
    if (await this.#isRunning()) await this.#ring();
  }

  write(messageId: string, bytes: Uint8Array): Promise<'written' | 'already-written' | 'gone'> {
    return this.#calls.run(() => this.#write(messageId, bytes));
  }

  readLog(
    stream: 'stdout' | 'stderr',
    after: string | undefined,
    signal: AbortSignal,
  ): AsyncIterable<LogLine[]> {
    const ask = (question: () => Promise<boolean>) =>
      retry(question, { isPassing: mayPass, times: NEAR, signal });
    const ended = async () => !(await ask(() => this.#isRunning()));
    const unread = unreadFolder(this.runId);
    const gaveUp = async () =>
      !signal.aborted && (await ask(() => isThere(this.#container, unread)));
    const lost = () =>
      this.#logger.warn({ agentId: this.agentId, stream }, 'the end of its output is lost');
    this.#hold.reading(stream);
    const taken = () => this.#hold.taken(stream);
    const lines = containerLogs(this.#container, { stream, after, ended, signal });
    return toEndMark(lines, { mark: endMark(this.runId), after, taken, gaveUp, lost });
  }

  async signal(signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL'): Promise<void> {
    await this.#unpause();
    // The entry passes it on to the agent's process group; SIGKILL ends the container.
    await unless([GONE, CONFLICT], this.#container.kill({ signal }));
  }

  pause(): Promise<boolean> {
    return this.#calls.run(async () => {
      // A conflict: it is paused, or not running.
      await unless([GONE, CONFLICT], this.#container.pause());
      return (await this.#state())?.Paused === true;
    });
  }

  closeStdin(): Promise<void> {
    return this.#calls.run(async () => {
      if (!(await this.#mailbox.isEnded())) await this.#mailbox.end();
      await this.#unpause();
      await this.#ring();
    });
  }

  extend(expiresAt: Date): Promise<void> {
    return this.#calls.run(async () => {
      await this.#mailbox.setExpiry(expiresAt);
      await this.#ring();
    });
  }

  async exec(order: ExecOrder): Promise<ExecOutcome> {
    try {
      await this.#unpause();
    } catch (error) {
      return execFailure(error);
    }
    // By its name: the door to Docker lets that through for agents, and ids are everybody's
    // (docs/decisions/0016-the-door-to-docker.md).
    return containerExec(this.#docker, this.#docker.getContainer(this.agentId), order);
  }

  replaceFile(file: ProcessFile): Promise<void> {
    return this.#calls.run(async () => {
      if (file.secret) return this.#mailbox.replaceSecret(file);
      await putHomeFile(this.#container, file);
    });
  }

  readFile(path: string, maxBytes: number): Promise<Uint8Array | undefined> {
    return takeHomeFile(this.#container, path, maxBytes);
  }

  async detach(): Promise<void> {
    this.#detached = true;
    this.#changes.close();
    this.#over.abort();
  }

  async remove(): Promise<void> {
    if (await this.#isRunning()) throw new Error(`run ${this.runId} has not ended`);
    await this.detach();
    await removeContainers(this.#docker, this.agentId);
  }

  async #write(id: string, bytes: Uint8Array): Promise<'written' | 'already-written' | 'gone'> {
    if (await this.#mailbox.has(id)) {
      // Whoever put it there may not have lived to ring.
      await this.wake();
      return 'already-written';
    }
    if (await this.#mailbox.isEnded()) return 'gone';
    if (this.#ended || !(await this.#isRunning())) return 'gone';
    await this.#mailbox.add(id, bytes);
    await this.#unpause();
    await this.#ring();
    return 'written';
  }

  async #letEnd(): Promise<void> {
    await this.#mailbox.confirmOutput();
    await this.#unpause();
    await this.#ring();
  }

  /**
   * A line on the container's stdin: the entry looks at the mailbox. Nothing where it has ended; the
   * engine leaves an attachment open for ever whose container ends at this moment.
   */
  async #ring(): Promise<void> {
    const { signal } = this.#over;
    const how = { stream: true, stdin: true, hijack: true, abortSignal: signal };
    try {
      // dockerode hands out the connection itself.
      const bell = (await this.#container.attach(how)) as Duplex;
      const closed = once(bell, 'close', { signal }).finally(() => bell.destroy());
      bell.end('\n');
      bell.resume();
      await closed;
    } catch (error) {
      const status = statusOf(error);
      if (status !== GONE && status !== CONFLICT && !signal.aborted) throw error;
    }
  }

  async #isRunning(): Promise<boolean> {
    const state = await this.#state();
    return state?.Running === true;
  }

  /** Undefined where the container is gone. */
  async #state(): Promise<Docker.ContainerInspectInfo['State'] | undefined> {
    try {
      return (await this.#container.inspect()).State;
    } catch (error) {
      if (statusOf(error) === GONE) return undefined;
      throw error;
    }
  }

  /** A frozen agent would not see what is written, and no signal. */
  async #unpause(): Promise<void> {
    if ((await this.#state())?.Paused) {
      await unless([GONE, ALREADY, CONFLICT], this.#container.unpause());
    }
  }

  /** Waits for an engine that is away, whatever it says meanwhile; its containers may live on. */
  async #untilExit(): Promise<ProcessExit> {
    const { signal } = this.#over;
    for (;;) {
      const count = this.#changes.count;
      const exit = await retry(() => this.#exit(), { isPassing: always, signal }).catch(
        () => undefined,
      );
      if (this.#detached) return new Promise(() => undefined);
      if (exit) {
        this.#ended = true;
        this.#changes.close();
        this.#over.abort();
        return exit;
      }
      await this.#changes.changedSince(count);
    }
  }

  async #exit(): Promise<ProcessExit | undefined> {
    const state = await this.#state();
    if (state?.Running) return undefined;
    // Removed by hand: nobody can say any more how it ended.
    if (state === undefined) return { code: null, signal: null };
    const exit = exitOfStatus(state.ExitCode);
    return state.OOMKilled ? { ...exit, outOfMemory: true } : exit;
  }
}

/** The agent's containers, its mailbox and its ways out, where they are there; never its home. */
export async function removeContainers(docker: Docker, agentId: string): Promise<void> {
  const names = [
    agentId,
    mailboxContainer(agentId),
    readerContainer(agentId),
    gateContainer(agentId),
  ];
  for (const name of names) {
    await unless([GONE], docker.getContainer(name).remove({ force: true }));
  }
  for (const name of [mailboxVolume(agentId), waysVolume(agentId)]) {
    await unless([GONE], docker.getVolume(name).remove());
  }
}
