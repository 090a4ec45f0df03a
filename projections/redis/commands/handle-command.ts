import type { Logger } from 'pino';
import { isUnreachable } from '../../../core/log/passing-error.ts';
import { retry } from '../../../platform/async/retry.ts';
import { asOrchestratorError } from '../../../schemas/errors.ts';
import type { Json } from '../../../schemas/redis/python-json.ts';
import type { CommandContext } from './command-context.ts';
import { CommandError } from './command-error.ts';
import { create } from './create.ts';
import { deleteAgent } from './delete.ts';
import { logs } from './logs.ts';
import { parseRequest, type Request, shownParameter } from './request.ts';
import { sendCommand } from './send-command.ts';
import { sendFile } from './send-file.ts';
import { sendMessage, sendMessagePersistent } from './send-message.ts';
import { status } from './status.ts';

type Handler = (request: Request, context: CommandContext) => Promise<Record<string, Json>>;

/** The older service's commands by name. */
const HANDLERS: Readonly<Record<string, Handler>> = {
  create,
  send_message_persistent: sendMessagePersistent,
  send_message: sendMessage,
  send_command: sendCommand,
  send_file: sendFile,
  status,
  logs,
  delete: deleteAgent,
};

/** The agent whose commands come one after the other; undefined for a command without one. */
export function agentOfCommand(data: string | undefined): string | undefined {
  try {
    const { agent_id: agentId } = parseRequest(data);
    return typeof agentId === 'string' ? agentId : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Does a command, and says what came of it in the older service's reply. Every command gets one,
 * also what is no command at all; an error's request id is `unknown` where there is none.
 *
 * @throws only the signal's reason: the command is not done and stays where it is
 */
export async function handleCommand(
  data: string | undefined,
  context: CommandContext,
  logger: Logger,
): Promise<Record<string, Json>> {
  let requestId: Json = 'unknown';
  const { signal } = context;
  const handle = async () => {
    const request = parseRequest(data);
    requestId = request.request_id ?? 'unknown';
    const result = await handlerOf(request)(request, context);
    return { success: true, request_id: requestId, ...result };
  };
  try {
    // Everything that a command does is harmless to repeat.
    return await retry(handle, { isPassing: isUnreachable, signal });
  } catch (error) {
    signal.throwIfAborted();
    const shown = error instanceof CommandError ? error : asOrchestratorError(error);
    return failure(requestId, shown, logger);
  }
}

function failure(requestId: Json, error: Error, logger: Logger): Record<string, Json> {
  if (!(error instanceof CommandError)) logger.error({ err: error }, 'command failed');
  return { success: false, request_id: requestId, error: error.message };
}

function handlerOf({ command }: Request): Handler {
  const name = typeof command === 'string' ? command : '';
  const handler = Object.hasOwn(HANDLERS, name) ? HANDLERS[name] : undefined;
  if (handler === undefined) throw new CommandError(`Unknown command: ${shownParameter(command)}`);
  return handler;
}
