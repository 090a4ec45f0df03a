import type { AgentShell } from './agent-shell.ts';

/** Plays the spawner: answers each tool call with what `result` makes of its id. */
export async function answerCalls(
  { nats, agentId }: AgentShell,
  result: (callId: string) => object | Promise<object>,
): Promise<void> {
  const { nc } = nats.connection;
  const answer = async (callId: string) => {
    const outcome = JSON.stringify({ callId, ...(await result(callId)) });
    nc.publish(`agents.${agentId}.result.${callId}`, outcome);
  };
  nc.subscribe(`agents.${agentId}.tool.>`, {
    callback: (_error, message) => void answer(message.headers?.get('ce-id') ?? ''),
  });
  await nc.flush();
}
