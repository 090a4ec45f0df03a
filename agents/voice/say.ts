import { agentEventId } from '../../schemas/ids.ts';
import { subjectOf } from '../../schemas/subjects.ts';
import { agentContext, requireTool } from './agent-context.ts';
import { asAgent } from './as-agent.ts';
import type { CommandStreams } from './command-streams.ts';
import { Deadline } from './deadline.ts';
import { publishStored } from './publish-stored.ts';
import { logToolCall } from './telemetry.ts';

/** What an agent states by itself, without a result to wait for. */
export interface Statement {
  family: 'response' | 'turn';
  name: 'answer' | 'question' | 'progress' | 'signalled' | 'ready';
  /** How telemetry calls it: `answer`, `ask`, `turn.end`, … */
  call: string;
  tool?: 'respond';
  data: unknown;
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
  const { family, name, call, data } = statement;
  const now = new Date();
  logToolCall(streams.stderr, call, agentId, now);
  const id = agentEventId(agentId, name);
  const event = {
    id,
    type: `${family}.${name}`,
    source: `orchestrator/agent/${agentId}`,
    time: now.toISOString(),
    subject: subjectOf({ family, agentId, name }),
    data,
  };
  const deadline = new Deadline(statement.timeoutMs);
  const sequence = await asAgent(context, deadline, (nc) => publishStored(nc, event, deadline));
  return { id, sequence };
}
