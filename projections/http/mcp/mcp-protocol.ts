// The one file that the protocol's package is in: it is bundled apart (bootstrap/bundle.mjs), and loaded when the
// first model asks. Of ours it has types alone, so nothing is there twice.
import {
  createMcpHandler,
  type McpHttpHandler,
  MissingRequiredClientCapabilityError,
  ProtocolError,
  ProtocolErrorCode,
  Server,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { McpCaller, McpService } from './mcp-service.ts';

/** Who asks, before the protocol has said what its client can. */
export type Asking = Omit<McpCaller, 'hasTasks'>;

export interface McpProtocol {
  /** @param message the body, parsed; undefined where there is none */
  answer(request: Request, message: unknown, by: Asking): Promise<Response>;
  /** Ends what goes on. */
  close(): Promise<void>;
}

const TASKS = 'io.modelcontextprotocol/tasks';
const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';

const INSTRUCTIONS =
  'Persistent CLI coding agents. `list_agents` tells who is there, `ask_agent` sends one a message and waits for what it says. Work of an agent that takes long is a job.';

/**
 * The protocol over HTTP, both as it is since 2026-07-28 and as clients of 2025 speak it: each request by itself, without
 * sessions, so that nothing is lost with this process.
 */
export function mcpProtocol(service: McpService, version: string): McpProtocol {
  const handler: McpHttpHandler = createMcpHandler(({ era, authInfo }) => {
    // `answer`, below, has put it there.
    const by = authInfo?.extra?.by as Asking;
    return serverOf(service, version, by, era === 'modern');
  });
  return {
    answer(request, message, by) {
      const authInfo = { token: '', clientId: '', scopes: [by.scope], extra: { by } };
      return handler.fetch(request, {
        authInfo,
        ...(message !== undefined && { parsedBody: message }),
      });
    },
    close: () => handler.close(),
  };
}

function serverOf(service: McpService, version: string, by: Asking, isModern: boolean): Server {
  const extensions = isModern ? { extensions: { [TASKS]: {} } } : {};
  const capabilities = { tools: {}, ...extensions };
  const server = new Server(
    { name: 'orchestrator', title: 'Orchestrator', version },
    { capabilities, instructions: INSTRUCTIONS },
  );
  const callerOf = ({ mcpReq }: ServerContext): McpCaller => ({
    ...by,
    signal: AbortSignal.any([by.signal, mcpReq.signal]),
    hasTasks: isModern && hasTasks(mcpReq.envelope),
  });
  server.setRequestHandler('tools/list', () => ({ tools: service.tools(by.scope) }));
  server.setRequestHandler('tools/call', async ({ params }, context) => {
    const outcome = await service.call(params.name, params.arguments ?? {}, callerOf(context));
    // A task is a result of the extension, which the types of the core do not know.
    if ('taskId' in outcome) return outcome as never;
    return server.projectCallToolResult(outcome, undefined);
  });
  if (isModern) addTasks(server, service, callerOf);
  return server;
}

const taskParams = z.looseObject({ taskId: z.string() });

/** The methods of the extension (SEP-2663, revision 2026-07-28), which the package leaves to whoever serves it. */
function addTasks(
  server: Server,
  service: McpService,
  callerOf: (context: ServerContext) => McpCaller,
): void {
  const answered = async (
    context: ServerContext,
    answer: (by: McpCaller) => Promise<Record<string, unknown>>,
  ) => {
    const by = callerOf(context);
    if (!by.hasTasks) {
      const requiredCapabilities = { extensions: { [TASKS]: {} } };
      throw new MissingRequiredClientCapabilityError({ requiredCapabilities });
    }
    try {
      return await answer(by);
    } catch (error) {
      const problem = service.problem(error);
      const isTheirs = problem.status < 500;
      const code = isTheirs ? ProtocolErrorCode.InvalidParams : ProtocolErrorCode.InternalError;
      throw new ProtocolError(code, `${problem.detail}. ${problem.cure}`, problem);
    }
  };
  server.setRequestHandler('tasks/get', { params: taskParams }, ({ taskId }, context) =>
    answered(context, (by) => service.task(taskId, by)),
  );
  server.setRequestHandler('tasks/update', { params: taskParams }, ({ taskId }, context) =>
    // Of every request that has them, the package takes the responses apart from the rest.
    answered(context, (by) => service.update(taskId, context.mcpReq.inputResponses ?? {}, by)),
  );
  server.setRequestHandler('tasks/cancel', { params: taskParams }, ({ taskId }, context) =>
    answered(context, (by) => service.cancel(taskId, by)),
  );
}

function hasTasks(envelope: unknown): boolean {
  const { extensions } = Object(Object(envelope)[CAPABILITIES]);
  return TASKS in Object(extensions);
}
