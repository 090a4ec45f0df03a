import { outgoingEvent } from '../../core/log/outgoing.ts';
import { callAlone, publishAlone } from '../../core/log/publish-alone.ts';
import { type AgentContext, agentContext, requireTool } from './agent-context.ts';
import type { BegunCall } from './command-streams.ts';
import { begin, eventOf, type Stated } from './statement-event.ts';
import { toolCallLine } from './telemetry.ts';
import { beginTool, type CalledTool, resultPlaces, toolEvent } from './tool-event.ts';
import { toolResultValue } from './tool-result.ts';

/** Something that an agent says, whose arguments leave nothing to ask or to complain of. */
export interface QuickStatement extends Stated {
  /** How telemetry calls it. */
  call: string;
  tool: 'respond' | undefined;
  /** What stderr says when it is stored, if anything. */
  done: string | undefined;
}

/** A tool that an agent calls, in the same way. */
export interface QuickTool extends CalledTool {
  family: 'tool';
  /** What stdout says of its value; undefined where that is the whole command's to show. */
  show: (value: unknown) => string | undefined;
}

export type QuickCall = QuickStatement | QuickTool;

/** What a call says: on stderr while it goes on, on stdout in the end. */
export interface Tell {
  err: (line: string) => void;
  out: (text: string) => void;
}

/** A call that has its id, by which the whole command can go on with it; nothing is sent yet. */
export interface Begun {
  begun: BegunCall;
  /** Whether it was done; otherwise nothing is known of it. Never rejects. */
  finish: (tell: Tell) => Promise<boolean>;
}

/** Far longer than a system takes that is well; whoever needs more gets the whole command. */
const QUICK_MS = 2_000;

/** Undefined where the whole command has something to say about it. */
export function beginQuickly(
  call: QuickCall,
  env: Record<string, string | undefined>,
): Begun | undefined {
  const context = contextOf(call, env);
  if (context?.credentials === undefined) return undefined;
  const { agentId, url, credentials } = context;
  const options = {
    url,
    credentials,
    name: `orchestrator/agent/${agentId}`,
    inboxPrefix: `_INBOX_${agentId}`,
    withinMs: QUICK_MS,
  };
  if (call.family === 'tool') {
    const begun = beginTool(agentId);
    const places = resultPlaces(agentId, begun.id);
    const outgoing = outgoingEvent(toolEvent(agentId, call, begun));
    const finish = async ({ err, out }: Tell) => {
      err(toolCallLine(`${call.tool}.${call.verb}`, agentId, begun.at));
      const payload = await callAlone(outgoing, places, options);
      const shown = payload && shownResult(call, payload);
      if (shown !== undefined) out(shown);
      return shown !== undefined;
    };
    return { begun, finish };
  }
  const begun = begin(agentId, call);
  const finish = async ({ err }: Tell) => {
    err(toolCallLine(call.call, agentId, begun.at));
    if (!(await publishAlone(outgoingEvent(eventOf(agentId, call, begun)), options))) return false;
    if (call.done !== undefined) err(`${call.done}\n`);
    return true;
  };
  return { begun, finish };
}

/** Undefined for an error, which the whole command tells. */
function shownResult(call: QuickTool, payload: Uint8Array): string | undefined {
  try {
    return call.show(toolResultValue(payload));
  } catch {
    return undefined;
  }
}

function contextOf(
  call: QuickCall,
  env: Record<string, string | undefined>,
): AgentContext | undefined {
  try {
    const context = agentContext(env);
    if (call.tool !== undefined) requireTool(context, call.tool);
    return context;
  } catch {
    return undefined;
  }
}
