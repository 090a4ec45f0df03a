import { ensureAgentNetwork } from '../../platform/docker/agent-network.ts';
import { chooseRuntime } from '../../platform/docker/choose-runtime.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { Settings } from '../../schemas/settings.ts';
import { startRelay } from './agents-relay.ts';
import { requireKind } from './check-kind.ts';

/**
 * Decides where agents run, once for the whole tree, and sees to it that those in containers reach
 * the embedded NATS (`natsUrl`). The settings that the services get beside the others.
 *
 * Throws what {@link chooseRuntime} throws, ORC_AGENT_CLI, ORC_AGENT_NETWORK, ORC_PORT_IN_USE.
 */
export async function placeAgents(
  settings: Settings,
  environment: NodeJS.ProcessEnv,
  natsUrl: string,
  stack: AsyncDisposableStack,
  say: (line: string) => void,
): Promise<Record<string, string>> {
  const chosen = await chooseRuntime(settings);
  await requireKind(settings, environment, chosen, say);
  if (chosen.kind === 'local') return { ORCHESTRATOR_RUNTIME: 'local' };
  const { gateway } = await ensureAgentNetwork(chosen.docker, {
    name: settings.ORCHESTRATOR_AGENT_NETWORK,
    internet: settings.ORCHESTRATOR_AGENT_INTERNET === 'on',
  });
  say(`agents run in containers of ${settings.ORCHESTRATOR_WORKER_IMAGE}`);
  const placed = { ORCHESTRATOR_RUNTIME: 'docker' };
  const isGiven =
    settings.ORCHESTRATOR_NATS_URL !== undefined ||
    settings.ORCHESTRATOR_AGENT_NATS_URL !== undefined;
  if (isGiven || gateway === undefined) return placed;
  // The same port, which is the same for the life of a data folder: agents that live on hold it.
  const port = Number(new URL(natsUrl).port);
  const relay = await relayAt(gateway, port);
  stack.defer(() => relay.close());
  return { ...placed, ORCHESTRATOR_AGENT_NATS_URL: `nats://${gateway}:${port}` };
}

async function relayAt(gateway: string, port: number) {
  try {
    return await startRelay(gateway, port, port);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OrchestratorError(
      'ORC_PORT_IN_USE',
      `Agents in containers cannot reach NATS by ${gateway}:${port}: ${reason}`,
      { cause },
    );
  }
}
