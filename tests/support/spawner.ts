import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type Docker from 'dockerode';
import { pino } from 'pino';
import { type AgentFactories, agentLogins } from '../../agents/agent-factories.ts';
import { demoAgentFactory } from '../../agents/demo/demo-agent-factory.ts';
import type { AgentLogins } from '../../agents/host/agent-logins.ts';
import { type LineFraming, lineAgentFactory } from '../../agents/line/line-agent-factory.ts';
import { loadSettings } from '../../agents/load-settings.ts';
import type { LiveAgent } from '../../core/domain/agent/agent-state.ts';
import { type Quotas, quotasOf } from '../../core/domain/agent/run/quota.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import { checkpointedFollower } from '../../core/projection/checkpointed-follower.ts';
import type { SystemFollower } from '../../core/projection/system-follower.ts';
import { AgentConnections } from '../../platform/nats/agent-connections.ts';
import { mintAgentCredentials } from '../../platform/nats/agent-credentials.ts';
import { revokeAs } from '../../platform/nats/revocations.ts';
import { readAgentKeys } from '../../platform/nats/trust.ts';
import { Health } from '../../platform/service/health.ts';
import type { StoredEvent } from '../../schemas/event.ts';
import type { EventType } from '../../schemas/event-catalogue.ts';
import type { ServerDeclaration } from '../../schemas/server-declaration.ts';
import { declaredTool, type ToolDeclaration } from '../../schemas/tool-declaration.ts';
import { AgentEnvironment } from '../../spawner/agent-environment.ts';
import type { CountConnections } from '../../spawner/connection-meter.ts';
import { CredentialRevoker } from '../../spawner/credential-revoker.ts';
import { ContainerPrograms } from '../../spawner/jobs/container-programs.ts';
import { jobExecutors } from '../../spawner/jobs/job-executors.ts';
import { LogCollector } from '../../spawner/log-collector.ts';
import { LoginRenewals, type LoginRenewalsOptions } from '../../spawner/logins/login-renewals.ts';
import { OutputMarks } from '../../spawner/output-marks.ts';
import { Membership } from '../../spawner/ownership/membership.ts';
import { ProcessManager } from '../../spawner/process-manager.ts';
import { openProjects, type ProjectsOptions } from '../../spawner/projects/projects.ts';
import { serveProjects } from '../../spawner/projects/projects-service.ts';
import type { ReadinessProbe } from '../../spawner/readiness.ts';
import type { ContainerSettings } from '../../spawner/runtime/docker/container-options.ts';
import { LocalRuntime } from '../../spawner/runtime/local/local-runtime.ts';
import type { Runtime } from '../../spawner/runtime/runtime.ts';
import { Spawner } from '../../spawner/spawner.ts';
import { EVENT_PATIENCE_MS, untilEvent } from './history.ts';
import { startTestNats, type TestNats } from './nats.ts';
import { removeFolder } from './remove-folder.ts';

const DEFAULTS = loadSettings({});

const COMMANDS = join(import.meta.dirname, '..', '..', 'dist', 'bin');

export interface SpawnerOptions {
  framing?: LineFraming;
  endOfTurn?: 'response' | 'signal';
  allowedTools?: readonly string[];
  /** Declared, as their files are parsed. */
  tools?: readonly ToolDeclaration[];
  servers?: readonly ServerDeclaration[];
  stopGraceMs?: number;
  lastWords?: boolean;
  /** Projects that one person may have; 1,000 without. */
  maxProjects?: number;
  /** Messages that may wait for an agent; 200 without. */
  maxQueue?: number;
  pauseAfterMs?: number;
  /** A day without. */
  archiveAfterMs?: number;
  homeRetentionMs?: number;
  homeLookMs?: number;
  /** A minute without. */
  archiveLookMs?: number;
  node?: string;
  /** Where agents run; processes of this machine without. */
  runtime?: Runtime;
  /** Of the agents' logins; none without. */
  loginRenewals?: Partial<Pick<LoginRenewalsOptions, 'renewal' | 'admins' | 'logger'>> & {
    logins: AgentLogins;
  };
  /** Beside demo and line. */
  factories?: AgentFactories;
  programFolders?: readonly string[];
  /** For tools that want a container; none without. */
  jobContainers?: { docker: Docker; settings: ContainerSettings };
  /** Of a line agent; it is ready when its process exists, else. */
  readiness?: ReadinessProbe;
  /** Other than the settings' defaults; with any, credentials are revoked as `main` has it. */
  quotas?: Partial<Quotas>;
  /** Bytes of an agent's largest message. */
  maxMessage?: number;
  /** Bytes of the largest message that the broker takes from anybody. */
  maxPayload?: number;
  /** Below which a project's folder may lie. */
  projectRoots?: readonly string[];
  /** Whom commits are by, and how much history there is. */
  git?: Pick<ProjectsOptions, 'people' | 'depth'>;
  /** How long an event may be waited for; 30 s. */
  patienceMs?: number;
}

/** A real spawner on a real server with real processes, in this process and easy to restart. */
export class SpawnerFixture {
  readonly nats: TestNats;
  readonly folder: string;
  health = new Health();
  /** Milliseconds by which its clock goes ahead of everybody's. */
  aheadMs = 0;
  readonly #options: SpawnerOptions;
  #connections: AgentConnections | undefined;
  #running:
    | {
        spawner: Spawner;
        follower: SystemFollower;
        abort: AbortController;
        served: { stop(): Promise<void> };
      }
    | undefined;

  constructor(nats: TestNats, folder: string, options: SpawnerOptions) {
    this.nats = nats;
    this.folder = folder;
    this.#options = options;
  }

  get log(): EventLog {
    return this.nats.log;
  }

  /** What it has folded, while it runs. */
  get follower(): SystemFollower {
    if (this.#running === undefined) throw new Error('the spawner does not run');
    return this.#running.follower;
  }

  workspace(agentId: string): string {
    return join(this.folder, agentId, 'workspace');
  }

  /** Ends what runs of a job, and takes away all that is kept of it, as a lost disk does. */
  async forgetJob(jobId: string): Promise<void> {
    const folder = join(this.nats.dataDir, 'jobs');
    const logger = pino({ level: 'silent' });
    const runtime = new LocalRuntime({ folder, searchPath: '', logger });
    const [run] = (await runtime.list()).filter(({ agentId }) => agentId === jobId);
    const process = run && (await runtime.attach(jobId, run.runId));
    await process?.signal('SIGKILL');
    await process?.exited;
    await process?.detach();
    await removeFolder(join(folder, jobId));
  }

  async start(): Promise<void> {
    const { log } = this;
    const { framing = 'line', endOfTurn = 'response', allowedTools } = this.#options;
    const { programFolders = [], readiness, tools = [] } = this.#options;
    const logger = pino({ level: 'silent' });
    const node = this.#options.node ?? 'node-test';
    const checkpoint = join(this.nats.dataDir, 'snapshots', `spawner-${node}.jsonl`);
    const follower = await checkpointedFollower(checkpoint, { log, logger });
    const abort = new AbortController();
    await follower.start(abort.signal);
    const line = lineAgentFactory({ framing, endOfTurn });
    const factories: AgentFactories = new Map([
      ['demo', demoAgentFactory],
      ['line', readiness ? { ...line, readinessProbe: () => readiness } : line],
      ...(this.#options.factories ?? []),
    ]);
    const { folder } = this;
    const searchPath = [COMMANDS, ...programFolders, process.env.PATH].join(':');
    const runtime = this.#options.runtime ?? new LocalRuntime({ folder, searchPath, logger });
    const environment = new AgentEnvironment({
      natsUrl: this.nats.url,
      mintCredentials: async (grant) => mintAgentCredentials(this.nats.agentsSeed, grant),
      allowedTools,
      tools: tools.map(declaredTool),
      maxMessage: this.#options.maxMessage ?? DEFAULTS.ORCHESTRATOR_QUOTA_MESSAGE,
      own: process.env,
    });
    const jobs = join(this.nats.dataDir, 'jobs');
    const jobRuntime = new LocalRuntime({ folder: jobs, searchPath, logger });
    const runtimes = { chosen: runtime, byName: new Map([[runtime.name, runtime]]) };
    const membership = await Membership.join({
      log,
      follower,
      health: this.health,
      logger,
      node,
      place: await runtime.place(),
      places: [await runtime.place(), await jobRuntime.place()],
      leaseMs: 10_000,
      graceMs: 120_000,
    });
    const owns = (agentId: string, runId: string) =>
      membership.ownership.owns(follower.state.agents.get(agentId), runId);
    const clock = () => new Date(Date.now() + this.aheadMs);
    const projects = await openProjects({
      log,
      follower,
      logger,
      clock,
      folder: join(this.nats.dataDir, 'projects'),
      searchPath: process.env.PATH ?? '',
      roots: this.#options.projectRoots ?? [],
      ...this.#options.git,
    });
    const workspace = (state: LiveAgent) => projects.agents.workspace(state);
    const processes = new ProcessManager({ runtimes, environment, logger, owns, workspace });
    const collector = new LogCollector({
      log,
      logger,
      health: this.health,
      marks: await OutputMarks.open(log.connection, logger),
    });
    const engine = this.#options.jobContainers;
    const containers =
      engine &&
      new ContainerPrograms({
        ...engine,
        internet: true,
        collector,
        log,
        logger,
        engineIs: () => undefined,
      });
    const executors = jobExecutors({
      containers,
      runtime: jobRuntime,
      folder: jobs,
      toolsFolder: folder,
      servers: this.#options.servers ?? [],
      knownHosts: join(this.nats.dataDir, 'known_hosts'),
      checkout: (projectId, commit, jobId) => projects.checkout(projectId, commit, jobId),
      collector,
      log,
      follower,
      logger,
      clock,
      kind: 'line',
      environment: process.env,
      stopGraceMs: this.#options.stopGraceMs ?? 500,
    });
    for (const executor of new Set(executors.values())) await executor.prepare?.(tools);
    const spawner = new Spawner({
      log,
      follower,
      membership,
      runtimes,
      processes,
      projects: projects.agents,
      projectTools: projects.tools,
      checkouts: projects.checkouts,
      collector,
      tools,
      jobsPlace: await jobRuntime.place(),
      executors,
      factories,
      logins: new LoginRenewals({
        running: () => processes.running(follower.state.agents.values()),
        logins: agentLogins(DEFAULTS, {}),
        renewal: 'own',
        admins: [],
        logger,
        ...this.#options.loginRenewals,
      }),
      logger,
      allowedTools,
      lastWords: this.#options.lastWords ?? true,
      maxProjects: this.#options.maxProjects ?? 1_000,
      maxQueue: this.#options.maxQueue ?? 200,
      stopGraceMs: this.#options.stopGraceMs ?? 500,
      pauseAfterMs: this.#options.pauseAfterMs,
      placementMs: 10_000,
      archiveLookMs: this.#options.archiveLookMs ?? 60_000,
      archiveAfterMs: this.#options.archiveAfterMs ?? 86_400_000,
      homeRetentionMs: this.#options.homeRetentionMs ?? 90 * 86_400_000,
      homeLookMs: this.#options.homeLookMs ?? 60_000,
      quotas: { ...quotasOf(DEFAULTS), ...this.#options.quotas },
      countConnections: await this.#countConnections(),
      health: this.health,
      clock,
    });
    await spawner.start();
    projects.keeper.start(abort.signal);
    const { nc } = log.connection;
    const served = await serveProjects({ nc, follower, log, logger, tools: projects.tools, clock });
    if (this.#options.quotas) await this.#revoke(follower, abort.signal);
    this.#running = { spawner, follower, abort, served };
  }

  /** Only where quotas are what it is about. */
  async #countConnections(): Promise<CountConnections | undefined> {
    if (this.#options.quotas === undefined) return undefined;
    const keys = await readAgentKeys(join(this.nats.dataDir, 'auth'));
    if (keys === undefined) throw new Error('no keys of agents');
    this.#connections ??= new AgentConnections(keys, this.nats.url);
    const connections = this.#connections;
    return (few) => connections.count(few);
  }

  /** As `main` does it. */
  async #revoke(follower: SystemFollower, signal: AbortSignal): Promise<void> {
    const keys = await readAgentKeys(join(this.nats.dataDir, 'auth'));
    if (keys === undefined) throw new Error('no keys of agents');
    new CredentialRevoker({
      follower,
      health: this.health,
      logger: pino({ level: 'silent' }),
      revoke: (agents) => revokeAs(keys, this.nats.url, agents),
      clock: () => new Date(Date.now() + this.aheadMs),
    }).start(signal);
  }

  /** Starts it anew with other quotas. */
  async restart(quotas: Partial<Quotas>): Promise<void> {
    await this.stop();
    this.#options.quotas = { ...this.#options.quotas, ...quotas };
    await this.start();
  }

  /** The spawner goes; its agents live on. */
  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await running?.served.stop();
    await running?.spawner.stop();
    await this.#connections?.close();
    await running?.follower.saveCheckpoint();
    running?.abort.abort();
  }

  /** Waits for an event of one type of one agent. */
  async event<T extends EventType>(
    agentId: string,
    type: T,
    fits: (event: Extract<StoredEvent, { type: T }>) => boolean = () => true,
  ): Promise<Extract<StoredEvent, { type: T }>> {
    const isWanted = (event: StoredEvent): event is Extract<StoredEvent, { type: T }> =>
      event.type === type && event.subject.includes(agentId);
    const signal = AbortSignal.timeout(this.#options.patienceMs ?? EVENT_PATIENCE_MS);
    const wanted = (event: StoredEvent) => isWanted(event) && fits(event);
    const found = await untilEvent(this.log, wanted, signal);
    if (!isWanted(found)) throw new Error('another event was found');
    return found;
  }

  /** Waits for the end of a turn, good or bad. */
  async turnOver(
    agentId: string,
    turnId: string,
  ): Promise<Extract<StoredEvent, { type: 'turn.ended' | 'turn.failed' }>> {
    const isOver = (
      event: StoredEvent,
    ): event is Extract<StoredEvent, { type: 'turn.ended' | 'turn.failed' }> =>
      (event.type === 'turn.ended' || event.type === 'turn.failed') &&
      event.data.turnId === turnId &&
      event.subject.includes(agentId);
    const signal = AbortSignal.timeout(this.#options.patienceMs ?? EVENT_PATIENCE_MS);
    const found = await untilEvent(this.log, isOver, signal);
    if (!isOver(found)) throw new Error('another event was found');
    return found;
  }
}

export async function startSpawner(
  t: Pick<ExecutionContext, 'teardown' | 'title'>,
  options: SpawnerOptions = {},
): Promise<SpawnerFixture> {
  const { maxPayload } = options;
  const nats = await startTestNats(t, maxPayload === undefined ? {} : { maxPayload });
  const folder = mkdtempSync(join(tmpdir(), 'orchestrator-agents-'));
  const fixture = new SpawnerFixture(nats, folder, options);
  t.teardown(async () => {
    await fixture.stop();
    await removeFolder(folder);
  });
  await fixture.start();
  return fixture;
}
