import type Docker from 'dockerode';
import { OrchestratorError } from '../../schemas/errors.ts';
import { statusOf, unless } from './engine-error.ts';

const LABEL = 'dev.orchestrator.role';
const ROLE = 'agents';

export interface AgentNetwork {
  name: string;
  /** May agents reach the outside, or the system's NATS alone? */
  internet: boolean;
}

/**
 * Makes the network of the agents where it is not there: a bridge of their own, on which no agent
 * reaches another. One that somebody else made stays as it is (a Compose file's, say). Its gateway
 * is an address of the machine, under which agents reach what listens there.
 *
 * Throws ORC_AGENT_NETWORK where it is ours and not as the settings want it.
 */
export async function ensureAgentNetwork(
  docker: Docker,
  wanted: AgentNetwork,
): Promise<{ gateway: string | undefined }> {
  const found = (await inspect(docker, wanted.name)) ?? (await create(docker, wanted));
  const isOurs = found?.Labels?.[LABEL] === ROLE;
  if (isOurs && found.Internal === wanted.internet) {
    const kept = found.Internal ? 'does not reach' : 'reaches';
    throw new OrchestratorError(
      'ORC_AGENT_NETWORK',
      `The network ${wanted.name} is there already and ${kept} the outside`,
    );
  }
  return { gateway: found?.IPAM?.Config?.[0]?.Gateway };
}

async function create(docker: Docker, { name, internet }: AgentNetwork) {
  const options = {
    Name: name,
    CheckDuplicate: true,
    Driver: 'bridge',
    Internal: !internet,
    Options: { 'com.docker.network.bridge.enable_icc': 'false' },
    Labels: { [LABEL]: ROLE },
  };
  // A conflict: by another spawner at the same moment.
  await unless([409], docker.createNetwork(options));
  return inspect(docker, name);
}

async function inspect(
  docker: Docker,
  name: string,
): Promise<Docker.NetworkInspectInfo | undefined> {
  try {
    // dockerode leaves the answer untyped.
    return (await docker.getNetwork(name).inspect()) as Docker.NetworkInspectInfo;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}
