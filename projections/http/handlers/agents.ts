import { wantedAgent } from '../../../agents/wanted-agent.ts';
import type { Views } from '../../../core/conversation/views.ts';
import { awaitWhatIf, compareWhatIf } from '../../../core/operator/compare-what-if.ts';
import {
  awaitControl,
  type Control,
  type ControlType,
  DELETE,
  extend,
  INTERRUPT,
  RESUME,
  rewind,
  STOP,
  UNDO,
} from '../../../core/operator/control-agent.ts';
import { awaitStart, createAgent } from '../../../core/operator/create-agent.ts';
import { forkAgent } from '../../../core/operator/fork-agent.ts';
import { forkMemory } from '../../../core/operator/fork-memory.ts';
import { type CommandId, giveCommand } from '../../../core/operator/give-command.ts';
import { knownAgent } from '../../../core/operator/known-agent.ts';
import { knownProject } from '../../../core/operator/known-project.ts';
import { resumableAgent } from '../../../core/operator/resumable-agent.ts';
import { rewindPoint } from '../../../core/operator/rewind-point.ts';
import { turnMeant } from '../../../core/operator/turn-meant.ts';
import { whatIf } from '../../../core/operator/what-if.ts';
import { OrchestratorError } from '../../../schemas/errors.ts';
import type { AgentProject } from '../../../schemas/events/project.ts';
import { derivedId, newAgentId } from '../../../schemas/ids.ts';
import { Accepted } from '../answers.ts';
import { type ApiContext, type HandlersOf, SYSTEM_MS } from '../api-context.ts';
import { doneInTime } from '../done-in-time.ts';
import type { Call } from '../route-call.ts';

type Names =
  | 'listAgents'
  | 'createAgent'
  | 'getAgent'
  | 'deleteAgent'
  | 'stopAgent'
  | 'interruptAgent'
  | 'undoAgent'
  | 'rewindAgent'
  | 'resumeAgent'
  | 'forkAgent'
  | 'whatIfAgent'
  | 'getWhatIf'
  | 'extendAgent';

/** A command under its caller's own id, in its caller's own trace. */
export const givenBy = ({
  key,
  traceparent,
}: Pick<Call<'stopAgent'>, 'key' | 'traceparent'>): Partial<CommandId> => ({
  ...(key !== undefined && { id: key, at: new Date(), once: true }),
  traceparent,
});

export const agentHandlers: HandlersOf<Names> = {
  async listAgents({ query }, { views }) {
    const { owner, kind, phase, name, archived, after, limit } = query;
    const filters = { owner, kind, limit };
    const options = { timeoutMs: SYSTEM_MS };
    if (archived) {
      const at = after === undefined ? undefined : Number(after);
      const page = await views.request('archived', { ...filters, after: at }, options);
      return { agents: page.agents, next: page.next === undefined ? undefined : `${page.next}` };
    }
    const phases = phase === undefined ? undefined : [phase];
    const wanted = { ...filters, phases, name, after };
    const { agents, next } = await views.request('agents', wanted, options);
    return { agents, next };
  },

  async createAgent({ body, waitMs, key, signal }, { settings, log, views }) {
    const { kind, name, ttl, command, model, effort, owner } = body;
    const wanted = {
      kind,
      name,
      model,
      effort,
      ttlMs: ttl,
      commandLine: command,
      project: await projectOf(views, body),
    };
    const wish = wantedAgent(settings, wanted, (what) => what);
    const created = await createAgent(wish, { log, views, owner, timeoutMs: SYSTEM_MS, key });
    const ready = await doneInTime(waitMs, (ms) => awaitStart(log, created, ms, signal));
    return ready ? { ...created, ready } : new Accepted({ ...created, ready });
  },

  getAgent: ({ params }, { views }) => knownAgent(views, params.agent, SYSTEM_MS),
  deleteAgent: (call, api) => controlled('command.delete', DELETE, call, api),
  stopAgent: (call, api) => controlled('command.stop', STOP, call, api),
  interruptAgent: (call, api) => controlled('command.interrupt', INTERRUPT, call, api),
  undoAgent: (call, api) => controlled('command.undo', UNDO, call, api),

  async rewindAgent(call, api) {
    const { params, body, signal } = call;
    const { to, conversation = false, files = false } = body;
    const { agentId } = await knownAgent(api.views, params.agent, SYSTEM_MS);
    const meant = await turnMeant(api.log, to, signal);
    const wish = { to: meant, conversation, files };
    const { data, notUndone } = await rewindPoint(api.log, agentId, wish, signal);
    const outcome = await controlled('command.rewind', rewind(data), call, api);
    const more = { turnId: data.turnId, notUndone };
    return outcome instanceof Accepted
      ? new Accepted({ ...outcome.body, ...more })
      : { ...outcome, ...more };
  },

  async resumeAgent(call, api) {
    const { agentId, lives } = await resumableAgent(api.views, call.params.agent, SYSTEM_MS);
    if (!lives) return controlled('command.resume', RESUME, call, api);
    const cure = 'Send it a message.';
    throw new OrchestratorError('ORC_NOT_RESUMABLE', `${agentId} lives`, { cure });
  },

  async forkAgent({ params, body, waitMs, key, signal }, { settings, log, views }) {
    const { at, owner, ...fork } = body;
    const { agentId } = await knownAgent(views, params.agent, SYSTEM_MS);
    const forked = await forkAgent(agentId, fork, {
      log,
      views,
      owner,
      timeoutMs: SYSTEM_MS,
      forkId: key === undefined ? newAgentId() : derivedId('agent-', 'fork', key),
      at: at === undefined ? undefined : await turnMeant(log, at, signal),
      complete: (wish) => wantedAgent(settings, wish, (what) => what),
      signal,
    });
    const ready = await doneInTime(waitMs, (ms) => awaitStart(log, forked, ms, signal));
    if (!ready) return new Accepted({ ...forked, ready });
    const memory = await forkMemory(log, forked, SYSTEM_MS, signal);
    return { ...forked, memory, ready };
  },

  async whatIfAgent({ params, body, waitMs, key, signal }, { settings, log, views }) {
    const { at, say, withoutIsolation = false, ...wish } = body;
    const { agentId } = await knownAgent(views, params.agent, SYSTEM_MS);
    const begun = await whatIf(agentId, wish, {
      log,
      views,
      say,
      isolated: !withoutIsolation,
      timeoutMs: SYSTEM_MS,
      forkId: key === undefined ? newAgentId() : derivedId('agent-', 'what-if', key),
      at: at === undefined ? undefined : await turnMeant(log, at, signal),
      complete: (wanted) => wantedAgent(settings, wanted, (what) => what),
      signal,
    });
    const isOver = await doneInTime(waitMs, (ms) => awaitWhatIf(log, begun, ms, signal));
    const compared = await compareWhatIf(log, begun.agentId, signal);
    return isOver ? compared : new Accepted(compared);
  },

  async getWhatIf({ params, signal }, { log, views }) {
    const { agentId } = await knownAgent(views, params.agent, SYSTEM_MS);
    return compareWhatIf(log, agentId, signal);
  },

  extendAgent: (call, api) => controlled('command.extend', extend(call.body.ttl), call, api),
};

async function projectOf(
  views: Views,
  { project, branch, inPlace }: Call<'createAgent'>['body'],
): Promise<AgentProject | undefined> {
  if (project === undefined) {
    if (branch === undefined && !inPlace) return undefined;
    throw new OrchestratorError('ORC_BAD_INPUT', '`branch` and `inPlace` are of a `project`');
  }
  const { id } = await knownProject(views, project, SYSTEM_MS);
  return { id, ...(branch !== undefined && { branch }), ...(inPlace && { inPlace: true }) };
}

async function controlled<T extends ControlType>(
  type: T,
  control: Control<T>,
  call: Omit<Call<'stopAgent'>, 'query' | 'body'>,
  { log, views }: ApiContext,
) {
  const { params, waitMs, signal } = call;
  const { agentId } = await knownAgent(views, params.agent, SYSTEM_MS);
  const given = await giveCommand(log, agentId, type, control.data, givenBy(call));
  const isDone = await doneInTime(waitMs, (ms) =>
    awaitControl(log, { agentId, type, control, given, timeoutMs: ms, signal }),
  );
  const outcome = { agentId, ...given, outcome: isDone ? control.done : 'asked' };
  return isDone ? outcome : new Accepted(outcome);
}
