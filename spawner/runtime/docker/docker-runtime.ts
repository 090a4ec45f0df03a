import type Docker from 'dockerode';
import type { Logger } from 'pino';
import type { ProcessFile } from '../../../agents/process-file.ts';
import { retry } from '../../../platform/async/retry.ts';
import {
  engineMessage,
  isEngineAway,
  statusOf,
  unless,
} from '../../../platform/docker/engine-error.ts';
import { asToken } from '../../../schemas/ids.ts';
import { missingProgram } from '../find-program.ts';
import type {
  AgentPlaces,
  AgentProcess,
  ProcessSpec,
  RunStatus,
  Runtime,
  StartResult,
} from '../runtime.ts';
import { foldersOf, putEntries } from './archive.ts';
import {
  AGENT_LABEL,
  AGENT_UID,
  agentContainer,
  type ContainerSettings,
  gateContainer,
  gateOptions,
  HOME,
  homeVolume,
  labelsOf,
  mailboxContainer,
  mailboxOptions,
  mailboxVolume,
  ROLE_LABEL,
  RUN_LABEL,
  readerContainer,
  readerOptions,
  SEARCH_PATH,
  SECRETS,
  SYSTEM_LABEL,
  WORKSPACE,
  waysVolume,
} from './container-options.ts';
import { ContainerWatch, type EngineReport } from './container-watch.ts';
import { DockerProcess, removeContainers } from './docker-process.ts';
import { mayBeRun, whatIsAt } from './file-stat.ts';
import { fillWorkspace } from './fill-workspace.ts';
import { findHomeFile } from './find-home-file.ts';
import { putHomeFile } from './home-files.ts';
import { Mailbox } from './mailbox.ts';

/** How long the engine may take to create a container whose name is taken already. */
const CREATING_MS = 60_000;

/** A name is taken before its container is there: another spawner is about to have it. */
class NotThereYet extends Error {}

/** A container, and whether this spawner's call created it. */
interface Made {
  found: Docker.ContainerInspectInfo;
  own: boolean;
}

/**
 * Agents as containers of their own, which outlive whoever started them and are found again by
 * label (design, "Persistent processes that outlive the spawner"). The Docker Engine is all that is
 * needed: nothing is shared with the spawner but its API.
 */
export class DockerRuntime implements Runtime {
  readonly name = 'docker';
  readonly removesEnded = true;
  readonly isolates = true;
  readonly #docker: Docker;
  readonly #settings: ContainerSettings;
  readonly #logger: Logger;
  readonly #watch: ContainerWatch;

  constructor(options: {
    docker: Docker;
    settings: ContainerSettings;
    logger: Logger;
    engineIs: EngineReport;
  }) {
    this.#docker = options.docker;
    this.#settings = options.settings;
    this.#logger = options.logger;
    this.#watch = new ContainerWatch(options.docker, options.logger, options.engineIs);
  }

  places(_agentId: string): AgentPlaces {
    return { home: HOME, secrets: SECRETS, searchPath: SEARCH_PATH };
  }

  /** The engine: whoever reaches it reaches its containers. */
  async place(): Promise<string> {
    // dockerode leaves the answer untyped; the Engine API has ID in it.
    const { ID } = (await this.#docker.info()) as { ID: string };
    return `engine-${asToken(ID)}`;
  }

  /** Throws where the engine cannot be reached: then the same may succeed later. */
  async start(spec: ProcessSpec): Promise<StartResult> {
    try {
      const started = await this.#startContainer(spec);
      if ('reason' in started) return { ok: false, reason: started.reason };
      const process = await this.#attach(spec, started.byThisCall);
      return process
        ? { ok: true, process }
        : { ok: false, reason: 'its container was removed while it was started' };
    } catch (error) {
      if (isEngineAway(error)) throw error;
      this.#logger.warn({ err: error, agentId: spec.agentId }, 'container not started');
      await removeContainers(this.#docker, spec.agentId).catch(() => undefined);
      return { ok: false, reason: this.#reasonOf(error) };
    }
  }

  attach(agentId: string, runId: string): Promise<AgentProcess | undefined> {
    return this.#attach({ agentId, runId }, false);
  }

  /** @param fresh the call that attaches has made and started it: nobody has written to it, nor left it without a ring */
  async #attach(
    { agentId, runId }: Pick<ProcessSpec, 'agentId' | 'runId'>,
    fresh: boolean,
  ): Promise<AgentProcess | undefined> {
    const found = await this.#find(agentId);
    if (found?.Config.Labels[RUN_LABEL] !== runId || found.State.Status === 'created') {
      return undefined;
    }
    const mailbox = fresh
      ? Mailbox.unwritten(this.#docker, agentId)
      : await Mailbox.open(this.#docker, agentId);
    const process = new DockerProcess(
      { agentId, runId },
      { docker: this.#docker, watch: this.#watch, logger: this.#logger },
      found,
      mailbox,
    );
    if (!fresh) await process.wake();
    return process;
  }

  /** A container ends whole: with its first process the kernel ends all of its pid namespace. */
  async endRest(_agentId: string, _runId: string): Promise<undefined> {
    return undefined;
  }

  async homes(): Promise<string[]> {
    const label = [`${SYSTEM_LABEL}=${this.#settings.system}`, `${ROLE_LABEL}=home`];
    const { Volumes } = await this.#docker.listVolumes({ filters: { label } });
    return (Volumes ?? []).flatMap(({ Labels }) => Labels?.[AGENT_LABEL] ?? []);
  }

  async homeFile(agentId: string, folder: string, ending: string, maxBytes: number) {
    const wanted = { folder, ending, maxBytes };
    const running = await this.#find(agentId);
    if (running) return findHomeFile(this.#docker.getContainer(running.Id), wanted);
    const home = this.#docker.getVolume(homeVolume(agentId));
    if (!(await unless([404], home.inspect()))) return undefined;
    // Never started: the engine reads the volume through it.
    await this.#made(readerContainer(agentId), readerOptions(agentId, this.#settings));
    const reader = this.#docker.getContainer(readerContainer(agentId));
    try {
      return await findHomeFile(reader, wanted);
    } finally {
      await unless([404], reader.remove({ force: true }));
    }
  }

  async removeHome(agentId: string): Promise<void> {
    const found = await this.#find(agentId);
    if (found?.State.Running) throw new Error(`the container ${agentId} has not ended`);
    await removeContainers(this.#docker, agentId);
    await unless([404], this.#docker.getVolume(homeVolume(agentId)).remove());
  }

  async list(): Promise<RunStatus[]> {
    const label = [`${SYSTEM_LABEL}=${this.#settings.system}`, `${ROLE_LABEL}=agent`];
    const containers = await this.#docker.listContainers({ all: true, filters: { label } });
    return containers.map(({ Labels, State }) => ({
      agentId: Labels[AGENT_LABEL] ?? '',
      runId: Labels[RUN_LABEL] ?? '',
      running: State === 'running' || State === 'paused',
    }));
  }

  /** Made, filled and started, each only where an earlier try has not done it. Or why not. */
  async #startContainer(spec: ProcessSpec): Promise<{ byThisCall: boolean } | { reason: string }> {
    const { agentId, runId } = spec;
    const earlier = await this.#find(agentId);
    const { found, own } = earlier ? { found: earlier, own: false } : await this.#create(spec);
    if (found.Config.Labels[RUN_LABEL] !== runId) {
      return { reason: `a container ${agentId} of another run is there` };
    }
    if (found.State.Status !== 'created') return { byThisCall: false };
    await this.#openWays(spec);
    await this.#fill(spec);
    const path = spec.environment.PATH ?? SEARCH_PATH;
    const container = this.#docker.getContainer(found.Id);
    const missing = await missingProgram(spec, path, WORKSPACE, (file) =>
      mayBeRun(container, file),
    );
    if (missing !== undefined) {
      await removeContainers(this.#docker, agentId);
      return { reason: missing };
    }
    // Already: by another spawner at the same moment.
    const started = await unless([304], container.start());
    return { byThisCall: own && started };
  }

  /** The mailbox first: where the agent's container is, it is there too. */
  async #create(spec: ProcessSpec): Promise<Made> {
    const { agentId } = spec;
    const volume = (Name: string, role: 'mailbox' | 'home' | 'gate') =>
      this.#docker.createVolume({ Name, Labels: labelsOf(spec, this.#settings, role) });
    await Promise.all([
      volume(mailboxVolume(agentId), 'mailbox'),
      volume(homeVolume(agentId), 'home'),
      ...(spec.waysOut ? [volume(waysVolume(agentId), 'gate')] : []),
    ]);
    await this.#made(mailboxContainer(agentId), mailboxOptions(spec, this.#settings));
    return this.#made(agentId, agentContainer(spec, this.#settings));
  }

  /** The container of a name, created by this spawner or by another at the same moment. */
  async #made(name: string, options: Docker.ContainerCreateOptions): Promise<Made> {
    const make = async () => {
      const own = await unless([409], this.#docker.createContainer(options));
      const found = await this.#find(name);
      if (found === undefined) throw new NotThereYet(`the name ${name} is taken by no container`);
      return { found, own };
    };
    const isPassing = (error: unknown) => error instanceof NotThereYet;
    return retry(make, { isPassing, patienceMs: CREATING_MS });
  }

  /** Of a container without a network: another one, which has one, lets it out to a few places. */
  async #openWays(spec: ProcessSpec): Promise<void> {
    if (spec.waysOut === undefined) return;
    const name = gateContainer(spec.agentId);
    await this.#made(name, gateOptions(spec, spec.waysOut, this.#settings));
    await unless([304], this.#docker.getContainer(name).start());
  }

  async #fill(spec: ProcessSpec): Promise<void> {
    const { agentId, environment, expiresAt, files, workspace, again } = spec;
    const container = this.#docker.getContainer(agentId);
    if (workspace) await fillWorkspace(container, workspace);
    const secrets = files.filter(({ secret }) => secret);
    await Promise.all([
      Mailbox.fill(this.#docker, agentId, { environment, secrets, expiresAt }),
      this.#fillHome(
        container,
        files.filter(({ secret }) => !secret),
        again,
      ),
    ]);
  }

  async #fillHome(
    container: Docker.Container,
    own: readonly ProcessFile[],
    again: boolean | undefined,
  ): Promise<void> {
    if (again) {
      // The agent may have put links where these belong.
      for (const file of own) await putHomeFile(container, file);
      if ((await whatIsAt(container, WORKSPACE)) !== 'nothing') return;
      await putEntries(container, HOME, foldersOf(['workspace/.'], AGENT_UID));
      return;
    }
    await putEntries(container, HOME, [
      ...foldersOf(['workspace/.', ...own.map(({ path }) => path)], AGENT_UID),
      ...own.map(
        ({ path, content, mode = 0o600 }) =>
          ({ type: 'file', name: path, uid: AGENT_UID, mode, content }) as const,
      ),
    ]);
  }

  async #find(name: string): Promise<Docker.ContainerInspectInfo | undefined> {
    try {
      return await this.#docker.getContainer(name).inspect();
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw error;
    }
  }

  #reasonOf(error: unknown): string {
    const { image } = this.#settings;
    const message = engineMessage(error);
    return /no such image/i.test(message)
      ? `the image ${image} is not there; \`npm run images\` builds it`
      : message;
  }
}
