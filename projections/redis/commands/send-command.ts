import { isLive } from '../../../core/domain/agent/agent-state.ts';
import type { Json } from '../../../schemas/redis/python-json.ts';
import type { CommandContext } from './command-context.ts';
import { noSuchContainer, notRunning } from './no-such-container.ts';
import { type Request, secondsOf, textOf } from './request.ts';

const MISSING = "Missing 'agent_id' or 'shell_command' field";
const DEFAULT_SECONDS = 300;

/** Beside the command's own time: until it is begun, and until its end is stated. */
const MARGIN_MS = 60_000;

/** `send_command`: a shell command beside the agent, replied with what came of it. */
export async function sendCommand(
  request: Request,
  context: CommandContext,
): Promise<Record<string, Json>> {
  const agentId = textOf(request, 'agent_id', MISSING);
  const commandLine = textOf(request, 'shell_command', MISSING);
  const seconds = secondsOf(request, 'timeout', DEFAULT_SECONDS);
  const agent = await context.agent(agentId);
  if (agent === undefined) return failed(1, noSuchContainer(agentId));
  if (!isLive(agent) && agent.phase !== 'requested') return failed(1, notRunning(agentId));

  const timeoutMs = Math.ceil(seconds * 1000);
  const from = await context.give(agentId, 'command.run', { commandLine, timeoutMs });
  const late = `Command timed out after ${seconds}s`;
  const wanted = { agentId, from, timeoutMs: timeoutMs + MARGIN_MS, late };
  return context.outcome(wanted, (event) => {
    if (event.type === 'process.rejected' && event.data.commandId === context.causeId) {
      return failed(1, notRunning(agentId));
    }
    if (event.type !== 'process.command-run' || event.data.commandId !== context.causeId) {
      return undefined;
    }
    const { exitCode, output, error } = event.data;
    if (exitCode === -1) return failed(-1, error);
    return { output, exit_code: exitCode, error: exitCode === 0 ? null : error };
  });
}

const failed = (exitCode: number, error: string): Record<string, Json> => ({
  output: '',
  exit_code: exitCode,
  error,
});
