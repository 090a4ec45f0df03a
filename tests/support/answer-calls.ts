import type { AgentShell } from './agent-shell.ts';

/** Plays the spawner: answers each tool call with what `result` makes of its id. */
export async function answerCalls(
  { nats, agentId }: AgentShell,
  result: (callId: string) => object,
): Promise<void> {
  const { nc } = nats.connection;
  nc.subscribe(`agents.${agentId}.tool.>`, {
    callback: (_error, message) => {
      const callId = message.headers?.get('ce-id') ?? '';
      const outcome = JSON.stringify({ callId, ...result(callId) });
      nc.publish(`agents.${agentId}.result.${callId}`, outcome);
    },
  });
  await nc.flush();
}
