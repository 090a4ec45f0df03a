import { agentContext, requireTool } from './agent-context.ts';
import { asAgent } from './as-agent.ts';
import type { CommandStreams } from './command-streams.ts';
import { Deadline } from './deadline.ts';
import { publishStored } from './publish-stored.ts';
import { begin, eventOf, type Stated } from './statement-event.ts';
import { logToolCall } from './telemetry.ts';

/** What an agent states by itself, without a result to wait for. */
export interface Statement extends Stated {
  /** How telemetry calls it: `answer`, `ask`, `turn.end`, … */
  call: string;
  tool?: 'respond';
  timeoutMs: number;
}

export interface Said {
  id: string;
  /** Its place in the log. */
  sequence: number;
}

/** Stores a statement of the calling agent; resolves when JetStream has acknowledged it. */
export async function say(statement: Statement, streams: CommandStreams): Promise<Said> {
  const context = agentContext(streams.env);
  if (statement.tool) requireTool(context, statement.tool);
  const { agentId } = context;
  const begun = streams.begun ?? begin(agentId, statement);
  if (streams.begun === undefined) logToolCall(streams.stderr, statement.call, agentId, begun.at);
  const event = eventOf(agentId, statement, begun);
  const deadline = new Deadline(statement.timeoutMs);
  const sequence = await asAgent(context, deadline, (nc) => publishStored(nc, event, deadline));
  return { id: event.id, sequence };
}
