import { isLive } from '../../../core/domain/agent/agent-state.ts';
import type { StoredEvent } from '../../../schemas/event.ts';
import type { Json } from '../../../schemas/redis/python-json.ts';
import type { CommandContext } from './command-context.ts';
import { CommandError } from './command-error.ts';
import { type Request, secondsOf, textOf } from './request.ts';

const MISSING = "Missing 'agent_id' or 'message' field";

/** What the older service gave an agent for its answer. */
const ANSWER_SECONDS = 120;

/** `send_message_persistent`: replied when it is stored; what comes of it comes as responses. */
export async function sendMessagePersistent(
  request: Request,
  context: CommandContext,
): Promise<Record<string, Json>> {
  const agentId = textOf(request, 'agent_id', MISSING);
  const text = textOf(request, 'message', MISSING);
  await give(agentId, text, context, `No persistent process for agent ${agentId}`);
  return { sent: true };
}

/** `send_message`, of clients from before there were persistent agents: replied with the answer. */
export async function sendMessage(
  request: Request,
  context: CommandContext,
): Promise<Record<string, Json>> {
  const agentId = textOf(request, 'agent_id', MISSING);
  const text = textOf(request, 'message', MISSING);
  const seconds = secondsOf(request, 'timeout', ANSWER_SECONDS);
  const from = await give(agentId, text, context, `Agent ${agentId} not found`);
  const late = `Command timed out after ${seconds}s`;
  const said = new TurnOf(context.causeId);
  const wanted = { agentId, from, timeoutMs: seconds * 1000, late };
  const response = await context.outcome(wanted, (event) => said.after(event));
  return { response, metadata: { exit_code: 0, success: true } };
}

async function give(
  agentId: string,
  text: string,
  context: CommandContext,
  absent: string,
): Promise<number> {
  const agent = await context.agent(agentId);
  const open = agent !== undefined && (isLive(agent) || agent.phase === 'requested');
  if (!open) throw new CommandError(absent);
  const from = agent.owner && { from: agent.owner };
  return context.give(agentId, 'command.send', { text, mode: 'join', ...from });
}

/** Listens for what an agent says in the turn of one message. */
class TurnOf {
  readonly #commandId: string;
  readonly #texts: string[] = [];
  #turnId: string | undefined;

  constructor(commandId: string) {
    this.#commandId = commandId;
  }

  /** All that was said, when the turn has ended; throws a CommandError where it failed. */
  after(event: StoredEvent): string | undefined {
    switch (event.type) {
      case 'turn.started':
      case 'process.delivered':
        if (event.data.commandId === this.#commandId) this.#turnId = event.data.turnId;
        return undefined;
      case 'response.answer':
      case 'response.question':
        if (this.#turnId !== undefined) this.#texts.push(event.data.text);
        return undefined;
      case 'turn.ended':
        return event.data.turnId === this.#turnId ? this.#texts.join('\n\n') : undefined;
      case 'turn.failed':
        if (event.data.turnId !== this.#turnId) return undefined;
        throw new CommandError(event.data.reason);
      case 'process.rejected':
        if (event.data.commandId !== this.#commandId) return undefined;
        throw new CommandError(event.data.reason);
      default:
        return undefined;
    }
  }
}
