import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { asAgent } from '../../agents/voice/as-agent.ts';
import { Deadline } from '../../agents/voice/deadline.ts';
import { mintAgentCredentials } from '../../platform/nats/agent-credentials.ts';
import { newAgentId } from '../../schemas/ids.ts';
import { startTestNats, temporaryFolder } from '../support/nats.ts';

test('credentials that are not there for a moment, as while they are renewed, are read again', async (t) => {
  const nats = await startTestNats(t);
  const agentId = newAgentId();
  const file = join(await temporaryFolder(t), 'agent.creds');
  const expiresAt = new Date(Date.now() + 60_000);
  const credentials = await mintAgentCredentials(nats.agentsSeed, { agentId, expiresAt });
  const context = { agentId, url: nats.url, credentials: { file }, allowedTools: undefined };

  // It looks for them before it gives way, and finds nothing.
  const connected = asAgent(context, new Deadline(10_000), async (nc) => nc.getServer());
  await writeFile(file, credentials);

  t.is(await connected, nats.url.replace('nats://', ''));
});
