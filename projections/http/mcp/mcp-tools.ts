import { z } from 'zod';
import type { HttpRoute } from '../../../schemas/http/http-route.ts';
import { HTTP_ROUTES } from '../../../schemas/http/http-routes.ts';
import type { ApiContext, HandlersOf } from '../api-context.ts';
import { agentHandlers } from '../handlers/agents.ts';
import { jobHandlers } from '../handlers/jobs.ts';
import { logHandlers } from '../handlers/log.ts';
import { messageHandlers } from '../handlers/messages.ts';
import { type Call, LONGEST_WAIT_S } from '../route-call.ts';

/** What stands behind tools: the routes of the API are answered by the very same. */
const HANDLED = { ...agentHandlers, ...jobHandlers, ...logHandlers, ...messageHandlers };
type Handled = keyof typeof HANDLED;

/** What an address of the API is to a model. */
export interface McpTool {
  description: string;
  /** The address that it stands for: its scope is wanted, its schemas hold. */
  route: HttpRoute;
  input: z.ZodObject;
  /** How long it waits for an outcome unless its caller says, seconds; undefined: not at all. */
  waitS: number | undefined;
  /** It makes a key where its caller gives none, and tells it: by it one comes back for the outcome. */
  keyed: boolean;
  /** The outcome may come as a task (the extension `io.modelcontextprotocol/tasks`). */
  task: boolean;
  run(call: unknown, api: ApiContext): Promise<unknown>;
}

interface Wish {
  description: string;
  /** Parts of the address's input that are nothing for a model. */
  without?: readonly string[];
  waitS?: number;
  keyed?: true;
  task?: true;
}

/** Below the minute after which most clients give a call up. */
const USUAL_WAIT_S = 50;

const wait = z
  .number()
  .int()
  .min(0)
  .max(LONGEST_WAIT_S)
  .optional()
  .describe(`How many seconds the outcome is waited for; ${USUAL_WAIT_S}.`);

const key = z
  .string()
  .optional()
  .describe('Your own id for this: a repeat under it is done once, for 30 days.');

export const MCP_TOOLS: Readonly<Record<string, McpTool>> = {
  list_agents: tool('listAgents', {
    description: 'List the agents, page by page: who is there, of which kind, in which phase.',
    without: ['archived'],
  }),
  get_agent: tool('getAgent', { description: 'One agent: its phase, its turn, its queue.' }),
  create_agent: tool('createAgent', {
    description: 'Create an agent, and wait until it takes messages.',
    without: ['command', 'owner', 'inPlace'],
    waitS: USUAL_WAIT_S,
  }),
  send_message: tool('sendMessage', {
    description: 'Send a message to an agent, and go on. `ask_agent` waits for what it says.',
    without: ['files', 'wait'],
  }),
  ask_agent: tool('sendMessage', {
    description:
      'Send a message to an agent and wait until its turn ends: `said` has what it said. With `state` "sent" the turn goes on: call again with the same text and the `key` of this answer to wait on; it is the same message.',
    without: ['files'],
    waitS: USUAL_WAIT_S,
    keyed: true,
  }),
  interrupt_agent: tool('interruptAgent', {
    description: 'Interrupt what an agent does. Its turn ends; the agent stays.',
    waitS: USUAL_WAIT_S,
  }),
  list_turns: tool('listTurns', { description: 'The turns of an agent, the first first.' }),
  get_turn: tool('getTurn', { description: 'One turn of an agent, with what was said in it.' }),
  read_logs: tool('getLogs', {
    description:
      'The last lines that an agent printed. They are logs; what it says is in its turns.',
    without: ['follow'],
  }),
  list_jobs: tool('listJobs', {
    description: 'The jobs that are open, and the last that have ended, page by page.',
  }),
  get_job: tool('getJob', { description: 'One job as it is now.', without: ['wait'] }),
  wait_for_job: tool('getJob', {
    description:
      'Wait until a job has ended; what it came to. A client that knows tasks gets the job as a task.',
    waitS: USUAL_WAIT_S,
    task: true,
  }),
  read_job_logs: tool('getJobLogs', { description: 'What the run of a job printed.' }),
  answer_job: tool('answerJob', {
    description: 'Say whether a job that asks for it (`input_required`) may run.',
  }),
  cancel_job: tool('cancelJob', { description: 'Ask for the end of a job.' }),
};

function tool<N extends Handled>(name: N, wish: Wish): McpTool {
  const route: HttpRoute = HTTP_ROUTES[name];
  const { description, without = [], waitS, keyed = false, task = false } = wish;
  const handler: HandlersOf<Handled>[N] = HANDLED[name];
  const shape = Object.entries(shapeOf(route)).filter(([field]) => !without.includes(field));
  return {
    description,
    route,
    input: z.strictObject(Object.fromEntries(shape)),
    waitS,
    keyed,
    task,
    // Whoever runs it has made the call by the schemas of this route (tool-call.ts).
    run: (call, api) => handler(call as Call<N>, api),
  };
}

function shapeOf({ params, query, body, waits, once }: HttpRoute): z.ZodRawShape {
  return {
    ...params?.shape,
    ...query?.shape,
    ...(body instanceof z.ZodObject && body.shape),
    ...(waits && { wait }),
    ...(once && { key }),
  };
}
