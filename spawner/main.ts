import { join, resolve } from 'node:path';
import { agentFactories, agentLogins } from '../agents/agent-factories.ts';
import { loadSettings } from '../agents/load-settings.ts';
import type { LiveAgent } from '../core/domain/agent/agent-state.ts';
import { quotasOf } from '../core/domain/agent/run/quota.ts';
import { checkpointedFollower } from '../core/projection/checkpointed-follower.ts';
import { dockerEngine } from '../platform/docker/docker-engine.ts';
import { projectRoot } from '../platform/files/project-root.ts';
import { AgentConnections } from '../platform/nats/agent-connections.ts';
import { mintAgentCredentials } from '../platform/nats/agent-credentials.ts';
import { revokeAs } from '../platform/nats/revocations.ts';
import { readAgentKeys } from '../platform/nats/trust.ts';
import { WorkerRegister } from '../platform/nats/worker-register.ts';
import { agentSearchPath } from '../platform/service/agent-search-path.ts';
import { nodeName } from '../platform/service/node-name.ts';
import { runService, type Service, type ServiceContext } from '../platform/service/run-service.ts';
import { systemAddress } from '../platform/service/system-address.ts';
import { systemTools } from '../platform/service/system-tools.ts';
import { derivedId } from '../schemas/ids.ts';
import { declaredTool } from '../schemas/tool-declaration.ts';
import { AgentEnvironment } from './agent-environment.ts';
import { agentRuntimes, containerSettings, placesOf } from './agent-runtimes.ts';
import { CredentialRevoker } from './credential-revoker.ts';
import { ContainerPrograms } from './jobs/container-programs.ts';
import { jobExecutors } from './jobs/job-executors.ts';
import { LogCollector } from './log-collector.ts';
import { LoginRenewals } from './logins/login-renewals.ts';
import { OutputMarks } from './output-marks.ts';
import { ownCheckpoint } from './own-checkpoint.ts';
import { Membership } from './ownership/membership.ts';
import { ProcessManager } from './process-manager.ts';
import { openProjects } from './projects/projects.ts';
import { serveProjects } from './projects/projects-service.ts';
import { revokeWorkers } from './revoke-workers.ts';
import { LocalRuntime } from './runtime/local/local-runtime.ts';
import { startShadow } from './shadow.ts';
import { Spawner } from './spawner.ts';
import { TurnStories } from './turn-stories.ts';

// The name that a service has is wanted before its settings are read, which refuse any other value.
const isShadow = process.env.ORCHESTRATOR_SHADOW === 'true';
// Not awaited: the bundle is a script, which may not.
void (isShadow
  ? runService('shadow', loadSettings, startShadow)
  : runService('spawner', loadSettings, startSpawner));

async function startSpawner(context: ServiceContext): Promise<Service> {
  const { settings, paths, logger, connection, log, health, metrics, signal, fatal } = context;
  const allowedTools = settings.ORCHESTRATOR_ALLOWED_TOOLS;
  const keys = await readAgentKeys(paths.auth);
  // Its log is what makes a system itself, wherever its spawners run.
  const system = derivedId('system-', (await log.identity('EVENTS')).created);
  const runtimes = await agentRuntimes(settings, paths.agents, logger, health, system);
  const { chosen } = runtimes;
  // All of a cluster's servers, not the one that this process happens to be connected to.
  const { url } = systemAddress(settings, paths);
  const { tools, servers, folder: toolsFolder } = await systemTools(settings, paths);
  const environment = new AgentEnvironment({
    natsUrl: chosen.name === 'docker' ? (settings.ORCHESTRATOR_AGENT_NATS_URL ?? url) : url,
    apiUrl: settings.ORCHESTRATOR_API_URL,
    mintCredentials: keys && ((grant) => mintAgentCredentials(keys.agentsSeed, grant)),
    allowedTools,
    tools: tools.map(declaredTool),
    whatIfHosts: settings.ORCHESTRATOR_WHAT_IF_HOSTS,
    maxMessage: settings.ORCHESTRATOR_QUOTA_MESSAGE,
    own: process.env,
  });
  const clock = () => new Date();
  const node = await nodeName(paths.agents, settings.ORCHESTRATOR_INSTANCE);
  const checkpoint = await ownCheckpoint(paths.snapshots, node);
  const follower = await checkpointedFollower(checkpoint, { log, logger, health });
  await follower.start(signal);
  follower.ended.catch(fatal);
  metrics.add('orchestrator_fold_sequence', () => follower.sequence);
  const searchPath = agentSearchPath(projectRoot(), process.env.PATH);
  const jobRuntime = new LocalRuntime({ folder: paths.jobs, searchPath, logger });
  const membership = await Membership.join({
    log,
    follower,
    health,
    logger,
    node,
    place: await chosen.place(),
    places: [...(await placesOf(runtimes)), await jobRuntime.place()],
    leaseMs: settings.ORCHESTRATOR_NODE_LEASE,
    graceMs: settings.ORCHESTRATOR_NODE_GRACE,
  });
  membership.lost.catch(fatal);
  const owns = (agentId: string, runId: string) =>
    membership.ownership.owns(follower.state.agents.get(agentId), runId);
  const stories = new TurnStories({ logger, state: () => follower.state, owns });
  follower.subscribe((_message, folded) => stories.hear(folded));
  const projects = await openProjects({
    log,
    follower,
    logger,
    clock,
    folder: paths.projects,
    searchPath: process.env.PATH ?? '',
    roots: settings.ORCHESTRATOR_PROJECT_ROOTS ?? [],
    credentials: settings.ORCHESTRATOR_GIT_CREDENTIALS,
    sshKey: settings.ORCHESTRATOR_GIT_SSH_KEY,
    name: settings.ORCHESTRATOR_GIT_NAME,
    email: settings.ORCHESTRATOR_GIT_EMAIL,
    people: settings.ORCHESTRATOR_GIT_PEOPLE,
    depth: settings.ORCHESTRATOR_GIT_DEPTH,
    removeAfterMs: settings.ORCHESTRATOR_PROJECT_REMOVE_AFTER,
  });
  const workspace = (state: LiveAgent) => projects.agents.workspace(state);
  const processes = new ProcessManager({ runtimes, environment, logger, owns, workspace });
  const connections = keys && new AgentConnections(keys, url);
  const collector = new LogCollector({
    log,
    logger,
    health,
    marks: await OutputMarks.open(connection, logger),
  });
  const wantContainers = tools.some(
    ({ executor }) => 'container' in executor && executor.container,
  );
  const containers = wantContainers
    ? new ContainerPrograms({
        docker: dockerEngine(settings.ORCHESTRATOR_DOCKER_HOST),
        // Another system's, as far as agents are looked for.
        settings: containerSettings(settings, `${system}-jobs`),
        internet: settings.ORCHESTRATOR_AGENT_INTERNET === 'on',
        collector,
        log,
        logger,
        engineIs: (ok, detail) => health.report('docker', ok, detail),
      })
    : undefined;
  const executors = jobExecutors({
    containers,
    runtime: jobRuntime,
    folder: resolve(paths.jobs),
    toolsFolder,
    servers,
    knownHosts: join(resolve(paths.root), 'known_hosts'),
    checkout: (projectId, commit, jobId) => projects.checkout(projectId, commit, jobId),
    collector,
    log,
    follower,
    logger,
    clock,
    kind: settings.ORCHESTRATOR_AGENT,
    environment: process.env,
    stopGraceMs: settings.ORCHESTRATOR_STOP_GRACE,
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
    executors,
    jobsPlace: await jobRuntime.place(),
    factories: await agentFactories(settings, process.env),
    logins: new LoginRenewals({
      running: () => processes.running(follower.state.agents.values()),
      logins: agentLogins(settings, process.env),
      renewal: settings.ORCHESTRATOR_LOGIN_RENEWAL,
      admins: settings.TELEGRAM_ADMIN_USERS ?? [],
      logger,
    }),
    logger,
    allowedTools,
    lastWords: settings.ORCHESTRATOR_LAST_WORDS === 'on',
    maxProjects: settings.ORCHESTRATOR_QUOTA_PROJECTS,
    maxQueue: settings.ORCHESTRATOR_QUEUE_MESSAGES,
    stopGraceMs: settings.ORCHESTRATOR_STOP_GRACE,
    pauseAfterMs: settings.ORCHESTRATOR_AGENT_PAUSE,
    homeRetentionMs: settings.ORCHESTRATOR_HOME_RETENTION,
    archiveAfterMs: settings.ORCHESTRATOR_ARCHIVE_AFTER,
    placementMs: settings.ORCHESTRATOR_NODE_LEASE,
    quotas: keys && quotasOf(settings),
    countConnections: connections && ((few) => connections.count(few)),
    health,
    clock,
  });
  await spawner.start();
  projects.keeper.start(signal);
  void projects.removal.run(signal);
  const served = await serveProjects({
    nc: connection.nc,
    follower,
    log,
    logger,
    tools: projects.tools,
    clock,
  });
  if (keys) {
    const revoke = (agents: ReadonlyMap<string, Date>) => revokeAs(keys, url, agents);
    const revoker = new CredentialRevoker({ follower, health, logger, revoke, clock });
    void revokeWorkers(revoker, await WorkerRegister.open(connection), { signal, logger });
    revoker.start(signal);
  }
  return {
    node,
    async stop() {
      await served.stop();
      await spawner.stop();
      await connections?.close();
      await follower.saveCheckpoint();
    },
  };
}
