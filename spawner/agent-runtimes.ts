import type { Logger } from 'pino';
import { kindOf } from '../agents/agent-kinds.ts';
import { type KindPlace, kindProblems } from '../agents/kind-problems.ts';
import { ensureAgentNetwork } from '../platform/docker/agent-network.ts';
import { chooseRuntime } from '../platform/docker/choose-runtime.ts';
import { dockerEngine } from '../platform/docker/docker-engine.ts';
import { projectRoot } from '../platform/files/project-root.ts';
import { agentSearchPath } from '../platform/service/agent-search-path.ts';
import type { Health } from '../platform/service/health.ts';
import type { Settings } from '../schemas/settings.ts';
import type { ContainerSettings } from './runtime/docker/container-options.ts';
import { DockerRuntime } from './runtime/docker/docker-runtime.ts';
import { LocalRuntime } from './runtime/local/local-runtime.ts';
import type { Runtime } from './runtime/runtime.ts';

/** What a process of an agent gets by itself when nobody extends it. */
const EXPIRY_GRACE_MS = 60_000;

/** Longer than an engine is away for an update or a restart. */
const OUTPUT_HOLD_MS = 15 * 60_000;

export interface AgentRuntimes {
  /** Where new agents are started. */
  chosen: Runtime;
  /** Every runtime by its name: an agent stays where it was started, whatever is chosen since. */
  byName: ReadonlyMap<string, Runtime>;
}

/** Every place in which one of the runtimes can attach to runs; an engine that is away has none. */
export async function placesOf({ byName }: AgentRuntimes): Promise<string[]> {
  const places = await Promise.all(
    [...byName.values()].map((runtime) => runtime.place().catch(() => undefined)),
  );
  return places.filter((place) => place !== undefined);
}

/**
 * The runtimes that the settings describe. Throws ORC_DOCKER, ORC_WORKER_IMAGE and ORC_AGENT_NETWORK
 * where the settings want containers and there can be none.
 */
export async function agentRuntimes(
  settings: Settings,
  agentsFolder: string,
  logger: Logger,
  health: Health,
  system: string,
): Promise<AgentRuntimes> {
  const choice = await chooseRuntime(settings);
  if (choice.kind === 'docker') {
    await ensureAgentNetwork(choice.docker, {
      name: settings.ORCHESTRATOR_AGENT_NETWORK,
      internet: settings.ORCHESTRATOR_AGENT_INTERNET === 'on',
    });
  } else if (choice.why !== undefined) {
    logger.info({ why: choice.why }, 'agents run as processes of this machine');
  }
  const searchPath = agentSearchPath(projectRoot(), process.env.PATH);
  await reportKind({ settings, environment: process.env, chosen: choice, searchPath }, health);
  const local = new LocalRuntime({
    folder: agentsFolder,
    searchPath,
    logger,
    expiryGraceMs: EXPIRY_GRACE_MS,
  });
  const docker = new DockerRuntime({
    docker:
      choice.kind === 'docker' ? choice.docker : dockerEngine(settings.ORCHESTRATOR_DOCKER_HOST),
    settings: containerSettings(settings, system),
    logger,
    engineIs: (ok, detail) => health.report('docker', ok, detail),
  });
  const all: Runtime[] = [local, docker];
  return {
    chosen: choice.kind === 'docker' ? docker : local,
    byName: new Map(all.map((runtime) => [runtime.name, runtime])),
  };
}

/** What the containers of a system may do, as the settings have it. */
export const containerSettings = (settings: Settings, system: string): ContainerSettings => ({
  system,
  image: settings.ORCHESTRATOR_WORKER_IMAGE,
  network: settings.ORCHESTRATOR_AGENT_NETWORK,
  expiryGraceMs: EXPIRY_GRACE_MS,
  outputHoldMs: OUTPUT_HOLD_MS,
  limits: {
    memoryBytes: settings.ORCHESTRATOR_AGENT_MEMORY,
    pids: settings.ORCHESTRATOR_AGENT_PIDS,
    cpus: settings.ORCHESTRATOR_AGENT_CPUS,
    tmpBytes: settings.ORCHESTRATOR_AGENT_TMP,
  },
});

/** An operator is to see what the wanted kind lacks; other kinds, and agents that run, do without it. */
async function reportKind(place: KindPlace, health: Health): Promise<void> {
  const kind = kindOf(place.settings.ORCHESTRATOR_AGENT);
  const problems = kind === undefined ? [] : await kindProblems(kind, place);
  if (kind === undefined || problems.length === 0) return;
  const detail = problems.map(({ what, cure }) => `${what}: ${cure}`).join('; ');
  health.report(`agent ${kind.name}`, true, detail, true);
}
