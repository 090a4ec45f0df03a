import {
  type AgentState,
  correlationOf,
  isLive,
  type LiveAgent,
  type PendingCall,
  whatIfOf,
} from '../../core/domain/agent/agent-state.ts';
import type { Told } from '../../core/domain/agent/events-of-step.ts';
import type { TurnStep } from '../../core/domain/agent/turn/next-turn-step.ts';
import { resultEvent } from '../../core/domain/agent/turn/result-event.ts';
import type { RecordedAnswer } from '../../core/domain/call/recorded-turn.ts';
import type { ToolOutcome } from '../../core/domain/project/decide-project.ts';
import { maxPayload } from '../../core/log/outgoing.ts';
import { jobFromLog } from '../../core/projection/job-from-log.ts';
import { asOrchestratorError } from '../../schemas/errors.ts';
import type { NewEvent } from '../../schemas/event.ts';
import { putMessageFiles } from '../message-files.ts';
import type { AgentProjects, AtWork } from '../projects/agent-projects.ts';
import { RecordedAnswers } from '../recorded-answer.ts';
import { callTool, isAboutCommits, jobOfCall } from '../tool-handlers.ts';
import type { OwnAgent } from './own-agent.ts';
import { nothingElse, type StepEffects } from './step-effects.ts';

/** What an agent is told that ended its turn without a word. */
export const REMINDER =
  'You ended your turn without a word to the user, who sees nothing of your output. ' +
  'Answer now with: orchestrator answer "<your answer>"';

/** What turns do: messages to the process, interrupts, and the agent's calls. */
export class TurnSteps {
  readonly effects: StepEffects<TurnStep> = {
    interrupt: async () => {
      await this.#agent.process?.signal('SIGINT');
      return true;
    },
    'open-turn': nothingElse,
    deliver: async (step, state) => (isLive(state) ? this.#deliver(step, state) : undefined),
    'end-turn': ({ turn }) => this.#endTurn(turn.turnId),
    nudge: async ({ turn }) => {
      const written = await this.#agent.write(`nudge-${turn.turnId}`, REMINDER);
      return written === 'gone' ? undefined : true;
    },
    'fail-turn': ({ turn }) => this.#endTurn(turn.turnId),
    snapshot: async (step, state) =>
      this.#atWork(state, (projects, live, work) => projects.snapshot(live, step, work), {
        failed: 'this spawner keeps no projects',
      }),
    undo: async (step, state) =>
      this.#atWork(state, (projects, live, work) => projects.undo(live, step, work), {
        refused: 'ORC_NO_CHANGES',
      }),
    'await-answer': async ({ question }, state) => {
      this.#forgetClosed(state);
      // Again after a restart: the same schedule takes the place of itself.
      this.#awaited.add(question.sequence);
      return true;
    },
    'close-question': nothingElse,
    'recall-answer': async ({ question }, state) =>
      (await this.#recall(question.sequence, state))?.outcome,
    call: ({ call }, state) => this.#call(call, state),
  };
  readonly #agent: OwnAgent;
  /** Questions whose clock was set, by their place in the log. */
  readonly #awaited = new Set<number>();

  #loginKeptIn: string | undefined;
  #recorded: RecordedAnswers | undefined;

  constructor(agent: OwnAgent) {
    this.#agent = agent;
  }

  /** Of a job that was done then, and is not now: who waits for its end is told of that one. */
  #jobEnd(recorded: RecordedAnswer | undefined, call: PendingCall, state: AgentState): NewEvent[] {
    if (recorded?.job === undefined) return [];
    const { jobId, outcome } = recorded.job;
    const { now } = this.#agent.context;
    const meta = { source: 'orchestrator/tools', now, correlationId: correlationOf(state) };
    return [resultEvent(state.agentId, { ...call, callId: jobId }, outcome, meta)];
  }

  /** Undefined where it is no what-if. */
  async #recall(at: number, state: AgentState): Promise<RecordedAnswer | undefined> {
    const { deps, signal } = this.#agent;
    const whatIf = whatIfOf(state);
    this.#recorded ??= new RecordedAnswers(deps.log, signal);
    return whatIf && this.#recorded.to(state.agentId, whatIf, at);
  }

  isAwaited(sequence: number): boolean {
    return this.#awaited.has(sequence);
  }

  #forgetClosed(state: AgentState): void {
    const questions = isLive(state) ? (state.questions ?? []) : [];
    const waiting = new Set(questions.map(({ sequence }) => sequence));
    for (const sequence of this.#awaited) {
      if (!waiting.has(sequence)) this.#awaited.delete(sequence);
    }
  }

  async #deliver(
    { message }: TurnStep & { do: 'deliver' },
    state: LiveAgent,
  ): Promise<Told<'deliver'> | undefined> {
    const { deps, agentId, process } = this.#agent;
    const { whatIf } = state;
    // What was sent to another agent then is that one's.
    const isOfThen = whatIf?.messageId === message.commandId;
    const place = { log: deps.log, agentId: isOfThen ? whatIf.agentId : agentId };
    const refused = await putMessageFiles(process, message.files ?? [], place);
    if (refused !== undefined) return { refused };
    const text = await this.#agent.textOf(state, message);
    const written = await this.#agent.write(message.commandId, text);
    // Gone: its end is on the way, and states what becomes of the message.
    return written === 'gone' ? undefined : written;
  }

  /**
   * The user has the answer by now; who sees the turn's end also finds the login that it renewed. What
   * the log tells of the agent meanwhile is decided on first, and its login not looked at again.
   */
  async #endTurn(turnId: string): Promise<true | undefined> {
    if (this.#loginKeptIn === turnId) return true;
    this.#loginKeptIn = turnId;
    const decidedOn = this.#agent.state;
    await this.#agent.keepLogin();
    return this.#agent.state === decidedOn ? true : undefined;
  }

  /** Undefined where its process is gone: its end is on the way. */
  async #atWork<T>(
    state: AgentState,
    what: (projects: AgentProjects, state: LiveAgent, work: AtWork) => Promise<T>,
    without: T,
  ): Promise<T | undefined> {
    const { deps, process, signal } = this.#agent;
    if (deps.projects === undefined) return without;
    const places = isLive(state) ? deps.processes.places(state) : undefined;
    if (!isLive(state) || process === undefined || places === undefined) return undefined;
    return what(deps.projects, state, { process, places, signal });
  }

  /** What it asks of its own branch is about what it has committed by now; what is wrong, where that is not to be had. */
  async #takeCommits(call: PendingCall, state: AgentState): Promise<ToolOutcome | undefined> {
    if (!isAboutCommits(call)) return undefined;
    try {
      await this.#atWork(
        state,
        (projects, live, work) => projects.takeCommits(live, work),
        undefined,
      );
      return undefined;
    } catch (error) {
      this.#agent.signal.throwIfAborted();
      const { code, message } = asOrchestratorError(error);
      return { ok: false, code, message };
    }
  }

  /** A job that has left the state is in the log. */
  async #call(call: PendingCall, state: AgentState): Promise<Told<'call'>> {
    const { follower, allowedTools, maxProjects, log, tools } = this.#agent.deps;
    const { projectTools, checkouts } = this.#agent.deps;
    const recorded = await this.#recall(call.sequence, state);
    const refused = recorded ? undefined : await this.#takeCommits(call, state);
    if (refused !== undefined) return { effects: [], outcome: refused };
    const jobId = jobOfCall(call, state);
    const job = jobId && (follower.state.jobs.get(jobId) ?? (await jobFromLog(log, jobId)));
    const outcome = await callTool(call, state, follower.state, {
      now: this.#agent.context.now,
      allowedTools,
      maxProjects,
      projects: projectTools,
      checkouts,
      maxBytes: maxPayload(log.connection.nc),
      tools,
      job: job || undefined,
      recorded: recorded?.outcome,
    });
    const effects = outcome.ok ? outcome.events : [];
    return { effects: [...effects, ...this.#jobEnd(recorded, call, state)], outcome };
  }
}
