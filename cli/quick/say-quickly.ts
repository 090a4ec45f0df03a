import { writeSync } from 'node:fs';
import { type AgentContext, agentContext, requireTool } from '../../agents/voice/agent-context.ts';
import type { BegunCall } from '../../agents/voice/command-streams.ts';
import { begin, eventOf } from '../../agents/voice/statement-event.ts';
import { toolCallLine } from '../../agents/voice/telemetry.ts';
import { outgoingEvent } from '../../core/log/outgoing.ts';
import { publishAlone } from '../../core/log/publish-alone.ts';
import { isSystemError } from '../../schemas/system-error.ts';
import type { QuickCall } from './quick-call.ts';

/** Far longer than a server takes that is well; whoever needs more gets the whole command. */
const QUICK_MS = 2_000;

/**
 * Says it where nothing is in its way: `said` when JetStream acknowledged it. Otherwise what the
 * whole command goes on with, under the same id, so that it is stored once; undefined where nothing
 * was begun. Never throws.
 */
export async function sayQuickly(
  call: QuickCall,
  env: NodeJS.ProcessEnv,
): Promise<'said' | BegunCall | undefined> {
  const context = contextOf(call, env);
  if (context?.credentials === undefined) return undefined;
  const { agentId, url, credentials } = context;
  const begun = begin(agentId, call);
  tell(toolCallLine(call.call, agentId, begun.at));
  const stored = await publishAlone(outgoingEvent(eventOf(agentId, call, begun)), {
    url,
    credentials,
    name: `orchestrator/agent/${agentId}`,
    inboxPrefix: `_INBOX_${agentId}`,
    withinMs: QUICK_MS,
  });
  if (!stored) return begun;
  if (call.done !== undefined) tell(`${call.done}\n`);
  return 'said';
}

/** Undefined where the whole command has something to say about it. */
function contextOf(call: QuickCall, env: NodeJS.ProcessEnv): AgentContext | undefined {
  try {
    const context = agentContext(env);
    if (call.tool !== undefined) requireTool(context, call.tool);
    return context;
  } catch {
    return undefined;
  }
}

/** stderr is only a log: nothing fails because nobody takes it. Node's own stream takes long to make. */
function tell(line: string): void {
  try {
    writeSync(2, line);
  } catch (error) {
    // A pipe that is full at the moment and does not block: the stream waits for its reader.
    if (isSystemError(error, 'EAGAIN')) {
      process.stderr.write(line);
    }
  }
}
