import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { mintAgentCredentials } from '../../platform/nats/agent-credentials.ts';
import { newAgentId } from '../../schemas/ids.ts';
import { startTestNats, type TestNats } from './nats.ts';
import { environment, type Finished, orchestrator } from './system.ts';

const HOUR_MS = 3_600_000;

/** An agent's shell: its environment, and `orchestrator` in it. */
export class AgentShell {
  readonly nats: TestNats;
  readonly agentId: string;
  readonly env: NodeJS.ProcessEnv;

  constructor(nats: TestNats, agentId: string, credentials: string) {
    this.nats = nats;
    this.agentId = agentId;
    this.env = environment(nats.dataDir, {
      ORCHESTRATOR_AGENT_ID: agentId,
      ORCHESTRATOR_NATS_URL: nats.url,
      ORCHESTRATOR_CREDS: credentials,
    });
  }

  run(
    args: readonly string[],
    options: { input?: string | Uint8Array; env?: Record<string, string> } = {},
  ): Promise<Finished> {
    const { input, env } = options;
    return orchestrator(args, {
      env: { ...this.env, ...env },
      ...(input !== undefined && { input }),
    });
  }
}

export async function agentShell(
  t: ExecutionContext,
  options: { nats?: TestNats; expiresAt?: Date; credentialsOf?: string } = {},
): Promise<AgentShell> {
  const nats = options.nats ?? (await startTestNats(t));
  const agentId = newAgentId();
  const expiresAt = options.expiresAt ?? new Date(Date.now() + HOUR_MS);
  const file = join(nats.dataDir, `${agentId}.creds`);
  const holder = options.credentialsOf ?? agentId;
  const grant = { agentId: holder, expiresAt };
  await writeFile(file, await mintAgentCredentials(nats.agentsSeed, grant));
  return new AgentShell(nats, agentId, file);
}
