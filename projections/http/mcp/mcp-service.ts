import type { CallToolResult, Tool } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { answerJob, cancelJob } from '../../../core/conversation/answer-job.ts';
import { knownJob } from '../../../core/conversation/known-job.ts';
import { jobView } from '../../../core/domain/job/job-view.ts';
import { OrchestratorError } from '../../../schemas/errors.ts';
import type { Scope } from '../../../schemas/events/token.ts';
import { includesScope, type Wanted } from '../../../schemas/http/http-route.ts';
import { HTTP_ROUTES } from '../../../schemas/http/http-routes.ts';
import type { Problem } from '../../../schemas/http/problem.ts';
import { isToken, newId } from '../../../schemas/ids.ts';
import { type JobShown, jobShown } from '../../../schemas/views.ts';
import { Accepted, Written } from '../answers.ts';
import type { ApiContext } from '../api-context.ts';
import { problemOf } from '../problem.ts';
import { requireScope } from '../require-token.ts';
import { APPROVAL, approvalOf, approvalRequest, type JobTask, jobTask } from './job-task.ts';
import { MCP_TOOLS, type McpTool } from './mcp-tools.ts';
import { type ToolCaller, toolCall } from './tool-call.ts';

/** Who asks. */
export interface McpCaller extends ToolCaller {
  scope: Scope;
  /** Its client knows tasks. */
  hasTasks: boolean;
}

/** What a tool comes to, or the task by which it will. */
export type ToolOutcome = CallToolResult | (JobTask & { resultType: 'task' });

/** What models may do, whatever the protocol's package makes of it: tools by routes, tasks by jobs. */
export class McpService {
  readonly #api: ApiContext;
  readonly #shown = new Map<string, Tool>();

  constructor(api: ApiContext) {
    this.#api = api;
  }

  /** The tools that a scope may call. */
  tools(scope: Scope): Tool[] {
    return Object.entries(MCP_TOOLS)
      .filter(([, { route }]) => includesScope(scope, scopeOf(route.scope)))
      .map(([name, tool]) => this.#shownTool(name, tool));
  }

  /** Calls a tool. What fails is a result that says so, with a code and a cure. */
  async call(name: string, given: Record<string, unknown>, by: McpCaller): Promise<ToolOutcome> {
    try {
      return await this.#called(name, given, by);
    } catch (error) {
      const problem = this.problem(error);
      const text = `${problem.code}: ${problem.detail}. ${problem.cure}`;
      return { content: [{ type: 'text', text }], structuredContent: problem, isError: true };
    }
  }

  /** A job as a task, with what it asks for or came to. Throws ORC_JOB_NOT_FOUND, ORC_NOT_PERMITTED. */
  async task(taskId: string, { scope }: McpCaller): Promise<Record<string, unknown>> {
    requireScope(scope, HTTP_ROUTES.getJob.scope);
    const job = await this.#job(taskId);
    const task = jobTask(job);
    if (task.status === 'completed') {
      return { ...task, result: { ...endOf(job), resultType: 'complete' } };
    }
    if (task.status !== 'input_required') return task;
    return { ...task, inputRequests: { [APPROVAL]: approvalRequest(job) } };
  }

  /** Takes what a task asked for. What it did not ask (any more) is passed over. Throws as `task`. */
  async update(
    taskId: string,
    responses: Readonly<Record<string, unknown>>,
    { scope }: McpCaller,
  ): Promise<Record<string, never>> {
    requireScope(scope, HTTP_ROUTES.answerJob.scope);
    const { id } = await this.#job(taskId);
    const approved = approvalOf(responses[APPROVAL]);
    if (approved !== undefined) await answerJob(this.#api.log, id, approved);
    return {};
  }

  /** Asks for the end of a task's job. Throws as `task`. */
  async cancel(taskId: string, { scope }: McpCaller): Promise<Record<string, never>> {
    requireScope(scope, HTTP_ROUTES.cancelJob.scope);
    const { id } = await this.#job(taskId);
    await cancelJob(this.#api.log, id, { causationId: newId('cancel') });
    return {};
  }

  /** An error as people are told it; what is nobody's fault but ours is logged. */
  problem(error: unknown): Problem {
    const { body } = problemOf(error);
    if (body.code === 'ORC_INTERNAL')
      this.#api.logger.error({ err: error }, 'a model’s call failed');
    return body;
  }

  async #called(name: string, given: Record<string, unknown>, by: McpCaller): Promise<ToolOutcome> {
    const tool = Object.hasOwn(MCP_TOOLS, name) ? MCP_TOOLS[name] : undefined;
    if (tool === undefined) {
      const cure = '`tools/list` has them.';
      throw new OrchestratorError('ORC_BAD_INPUT', `There is no tool ${name}`, { cure });
    }
    requireScope(by.scope, scopeOf(tool.route.scope));
    const asTask = tool.task && by.hasTasks;
    const { call, key } = toolCall(tool, asTask ? { ...given, wait: 0 } : given, by);
    const answer = await tool.run(call, this.#api);
    if (answer instanceof Written) {
      return { content: [{ type: 'text', text: String(answer.content) }] };
    }
    const body = Object(answer instanceof Accepted ? answer.body : answer);
    if (!tool.task) return resultOf(tool.keyed ? { ...body, key } : body);
    const job = jobShown.parse(body);
    if (job.endedAt !== undefined) return endOf(job);
    return asTask ? { resultType: 'task', ...jobTask(job) } : resultOf(job);
  }

  async #job(taskId: string): Promise<JobShown> {
    if (!isToken(taskId)) {
      throw new OrchestratorError('ORC_JOB_NOT_FOUND', `There is no job ${taskId}`);
    }
    return jobView(await knownJob(this.#api.log, taskId));
  }

  #shownTool(name: string, { description, input, route }: McpTool): Tool {
    const known = this.#shown.get(name);
    if (known !== undefined) return known;
    const { $schema: _, ...json } = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' });
    const annotations = { readOnlyHint: route.method === 'GET', openWorldHint: false };
    // The schema of an object is one of an object.
    const inputSchema = { ...json, type: 'object' } as Tool['inputSchema'];
    const shown: Tool = { name, description, inputSchema, annotations };
    this.#shown.set(name, shown);
    return shown;
  }
}

/** Tools stand for addresses that want a scope; one that does not would be for nobody. */
const scopeOf = (wanted: Wanted): Scope =>
  wanted === 'open' || wanted === 'agent' || wanted === 'job' ? 'admin' : wanted;

const resultOf = (body: Record<string, unknown>): CallToolResult => ({
  content: [{ type: 'text', text: JSON.stringify(body) }],
  structuredContent: body,
});

/** What a job that has ended is to whoever waited for it. */
function endOf(job: JobShown): CallToolResult {
  return job.state === 'completed' ? resultOf(job) : { ...resultOf(job), isError: true };
}
