import type { EventContext } from '../../core/domain/agent/agent-event.ts';
import {
  type AgentState,
  isLive,
  type LiveAgent,
  type PendingFile,
  type PendingMessage,
} from '../../core/domain/agent/agent-state.ts';
import {
  commandRunEvents,
  commandStartedEvents,
  fileWrittenEvents,
  rejectEvents,
} from '../../core/domain/agent/command/command-events.ts';
import type { Step } from '../../core/domain/agent/next-step.ts';
import {
  endedEvents,
  lostEvents,
  type ProcessEnd,
  startFailedEvents,
  stoppingEvents,
} from '../../core/domain/agent/run/run-end-events.ts';
import {
  deletedEvents,
  extendedEvents,
  pausedEvents,
  readyEvents,
  startEvents,
} from '../../core/domain/agent/run/run-events.ts';
import {
  awaitAnswerEvents,
  closeQuestionEvents,
} from '../../core/domain/agent/turn/question-events.ts';
import {
  deliveredEvents,
  endTurnEvents,
  failTurnEvents,
  interruptedEvents,
  nudgedEvents,
  openTurnEvents,
} from '../../core/domain/agent/turn/turn-events.ts';
import type { LeftBehind } from '../../schemas/events/process.ts';
import type { AgentLog } from '../agent-log.ts';
import { Attachment } from '../attachment.ts';
import { NOT_RUN } from '../command-outcome.ts';
import { CommandRuns } from '../command-runs.ts';
import { endOf } from '../end-of.ts';
import { putMessageFiles } from '../message-files.ts';
import { NotOwner } from '../ownership/owned-process.ts';
import { type ReadinessProbe, untilReady } from '../readiness.ts';
import type { AgentProcess } from '../runtime/runtime.ts';
import type { WorkerDependencies } from '../worker-dependencies.ts';

const FILE_MODE = 0o644;

/** What an agent is told that ended its turn without a word. */
export const REMINDER =
  'You ended your turn without a word to the user, who sees nothing of your output. ' +
  'Answer now with: orchestrator answer "<your answer>"';

/** How one step is taken for an agent that is this spawner's: on its process, and then in the log. */
export class AgentSteps {
  readonly agentId: string;
  readonly #deps: WorkerDependencies;
  readonly #signal: AbortSignal;
  readonly #log: AgentLog;
  readonly #wake: () => void;
  readonly #runs: CommandRuns;
  /** Questions whose clock was set, by their place in the log. */
  readonly #awaited = new Set<number>();
  #attachment: Attachment | undefined;
  /** Set once an agent is launched that says itself when it is ready. */
  #readyBy: number | undefined;

  /** @param wake has the agent looked at again */
  constructor(
    agentId: string,
    deps: WorkerDependencies,
    log: AgentLog,
    signal: AbortSignal,
    wake: () => void,
  ) {
    this.agentId = agentId;
    this.#deps = deps;
    this.#log = log;
    this.#signal = signal;
    this.#wake = wake;
    this.#runs = new CommandRuns(async (command) => {
      const state = this.#state;
      if (state === undefined || !isLive(state)) return NOT_RUN;
      const factory = deps.factories.get(state.kind);
      return factory ? deps.processes.run(state, factory, command, signal) : NOT_RUN;
    }, wake);
  }

  /** How the process has ended, once the last of its log is stored. */
  get end(): ProcessEnd | undefined {
    return this.#attachment?.end;
  }

  get #state(): AgentState | undefined {
    return this.#deps.follower.state.agents.get(this.agentId);
  }

  get #context(): EventContext {
    return { now: this.#deps.clock(), ...this.#deps.ownership.self };
  }

  /** Lets go of the process, which lives on. */
  async letGo(): Promise<void> {
    this.#attachment?.letGo();
    this.#attachment = undefined;
    await this.#deps.processes.letGo(this.agentId);
  }

  /** One that ends before it was ready was not started, and says why where it can. */
  ended(state: LiveAgent, end: ProcessEnd): Promise<boolean> {
    if (state.phase !== 'starting' || this.#readyBy === undefined) {
      return this.#log.append(endedEvents(state, end, this.#context));
    }
    const how = end.signal === null ? `code ${end.code ?? 'unknown'}` : end.signal;
    const problem = state.saidReady?.problem ?? `it ended with ${how} before it was ready`;
    return this.#startFailed(state, problem, end.left);
  }

  /** Finds the process of a live run again; says so in the log when it is gone. */
  async attached(state: LiveAgent): Promise<boolean> {
    if (this.#attachment || state.phase === 'starting') return true;
    const process = await this.#deps.processes.attach(this.agentId, state.run);
    if (process) {
      this.#watch(process);
      return true;
    }
    await this.#log.hear();
    if (this.#state !== state) return false;
    const reason = 'its process was gone when the spawner came back';
    const left = await this.#deps.processes.endRest(this.agentId, state.run);
    const end = { code: null, signal: null, ...(left && { left }) };
    await this.#log.append(
      state.phase === 'stopping'
        ? endedEvents(state, end, this.#context)
        : lostEvents(state, reason, this.#context, left),
    );
    return false;
  }

  /** Collects its logs; its end is stated after the last of them is stored. */
  #watch(process: AgentProcess): void {
    const { collector, logger } = this.#deps;
    const options = { collector, logger, wake: this.#wake };
    this.#attachment = new Attachment(process, options, this.#signal);
  }

  /** States the outcome of a shell command that has ended; undefined where none has. */
  stateRun(state: AgentState): Promise<boolean> | undefined {
    const run = this.#runs.next(state);
    if (run === undefined) return undefined;
    const { commandId, outcome } = run;
    return this.#log.append(commandRunEvents(state, commandId, outcome, this.#context));
  }

  /** Freezes it until the next message. */
  async freeze(state: LiveAgent): Promise<boolean> {
    if (!(await this.#attachment?.process.pause())) return false;
    return this.#log.append(pausedEvents(state, this.#context));
  }

  /** One step; false where there is nothing to do but to wait. */
  async perform(step: Step, state: AgentState): Promise<boolean> {
    switch (step.do) {
      case 'reject':
        return this.#log.append(rejectEvents(state, step.commandId, step.code, this.#context));
      case 'start':
        return this.#start(state);
      case 'delete':
        await this.#deps.processes.forget(this.agentId);
        return this.#log.append(deletedEvents(state, step.commandId, this.#context));
      default:
        return isLive(state) ? this.#performLive(step, state) : false;
    }
  }

  async #performLive(
    step: Exclude<Step, { do: 'reject' | 'start' | 'delete' }>,
    state: LiveAgent,
  ): Promise<boolean> {
    const context = this.#context;
    switch (step.do) {
      case 'launch':
        return this.#readyBy !== undefined && this.#attachment
          ? this.#settleStart(state)
          : this.#launch(state);
      case 'stop':
        return this.#log.append(stoppingEvents(state, step.reason, 'stdin-closed', context));
      case 'interrupt':
        await this.#attachment?.process.signal('SIGINT');
        return this.#log.append(interruptedEvents(state, step.commandId, context));
      case 'extend':
        return this.#extend(state, new Date(step.expiresAt), step.commandId);
      case 'extend-from-now': {
        const expiresAt = new Date(context.now.getTime() + step.ttlMs);
        return this.#extend(state, expiresAt, step.commandId);
      }
      case 'run':
        this.#runs.announce(step.command.commandId);
        return this.#log.append(commandStartedEvents(state, step.command.commandId, context));
      case 'write-file':
        return this.#writeFile(state, step.file);
      case 'open-turn':
        return state.phase === 'ready'
          ? this.#log.append(openTurnEvents(state, step.message, context))
          : false;
      case 'deliver':
        return this.#deliver(state, step);
      case 'end-turn':
        return this.#log.append(endTurnEvents(state, step.turn, context));
      case 'nudge':
        return this.#nudge(state, step);
      case 'fail-turn':
        return this.#log.append(failTurnEvents(state, step.turn, step.code, context, step.detail));
      case 'close-question':
        return state.phase === 'ready'
          ? this.#log.append(closeQuestionEvents(state, step.question, context))
          : false;
    }
  }

  /** Sets the clock of a new question; true when one was set. */
  async awaitAnswers(state: LiveAgent): Promise<boolean> {
    const fresh = state.questions?.find(({ sequence }) => !this.#awaited.has(sequence));
    if (fresh === undefined) return false;
    // Again after a restart: the same schedule takes the place of itself.
    this.#awaited.add(fresh.sequence);
    return this.#log.append(awaitAnswerEvents(state, fresh, this.#context));
  }

  async #start(state: AgentState): Promise<boolean> {
    if (state.phase !== 'requested') return false;
    return this.#log.append(startEvents(state, this.#deps.processes.runtimeName, this.#context));
  }

  /** The run stands in the log; its process is started, or found where an earlier try started it. */
  async #launch(state: LiveAgent): Promise<boolean> {
    const factory = this.#deps.factories.get(state.kind);
    if (factory === undefined) {
      return this.#startFailed(state, `this version has no kind ${JSON.stringify(state.kind)}`);
    }
    const result = await this.#deps.processes.start(state, factory);
    if (!result.ok) return this.#startFailed(state, result.reason, result.left);
    this.#watch(result.process);
    const probe: ReadinessProbe = factory.readinessProbe();
    if (probe.wait === 'signal') return this.#launched(result.process, probe.timeoutMs);
    const problem = await untilReady(probe, this.#signal);
    if (problem !== undefined) return this.#startFailed(state, problem);
    return this.#log.append(readyEvents(state, result.process.pid, this.#context));
  }

  /** It says itself when it is ready: looked at again at each of its events, its end, and in time. */
  async #launched(process: AgentProcess, timeoutMs: number): Promise<boolean> {
    this.#readyBy ??= this.#deps.clock().getTime() + timeoutMs;
    const late = setTimeout(this.#wake, timeoutMs);
    void process.exited.finally(() => clearTimeout(late));
    late.unref();
    return true;
  }

  /** The next step of an agent that was launched and says itself when it is ready. */
  async #settleStart(state: LiveAgent): Promise<boolean> {
    if (state.saidReady && state.saidReady.problem === undefined) {
      const pid = this.#attachment?.process.pid;
      return this.#log.append(readyEvents(state, pid, this.#context));
    }
    const late = this.#deps.clock().getTime() >= (this.#readyBy ?? Number.POSITIVE_INFINITY);
    const problem = state.saidReady?.problem ?? (late ? 'it did not say that it is ready' : '');
    return problem !== '' && this.#startFailed(state, problem);
  }

  /** Nothing of it lives on when that is stated. */
  async #startFailed(state: LiveAgent, reason: string, leftAtStart?: LeftBehind): Promise<boolean> {
    const process = this.#attachment?.process;
    await process?.signal('SIGKILL');
    const end = process && (await endOf(process, this.#signal));
    const left = leftAtStart ?? end?.left;
    return this.#log.append(startFailedEvents(state, state.run.runId, reason, this.#context, left));
  }

  async #writeFile(state: LiveAgent, file: PendingFile): Promise<boolean> {
    const { commandId, path, content } = file;
    try {
      await this.#attachment?.process.replaceFile({ path, content, mode: FILE_MODE });
    } catch (error) {
      if (error instanceof NotOwner) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      return this.#log.append(
        rejectEvents(state, commandId, 'ORC_FILE_NOT_WRITTEN', this.#context, reason),
      );
    }
    return this.#log.append(fileWrittenEvents(state, file, this.#context));
  }

  async #extend(state: LiveAgent, expiresAt: Date, commandId?: string): Promise<boolean> {
    await this.#deps.processes.extend(state, expiresAt);
    return this.#log.append(
      extendedEvents(state, expiresAt.toISOString(), commandId, this.#context),
    );
  }

  async #deliver(state: LiveAgent, step: Step & { do: 'deliver' }): Promise<boolean> {
    const { message, turnId } = step;
    const place = { log: this.#deps.log, agentId: this.agentId };
    const problem = await putMessageFiles(this.#attachment?.process, message.files ?? [], place);
    if (problem !== undefined) return this.#refuse(state, message, problem);
    const bytes = this.#format(state, message.text);
    const written = await this.#attachment?.process.write(message.commandId, bytes);
    // Gone: its end is on the way, and states what becomes of the message.
    if (written === undefined || written === 'gone') return false;
    return this.#log.append(
      deliveredEvents(state, message, turnId, bytes.byteLength, this.#context),
    );
  }

  /** A message whose file has no place: it would be tried for ever, and those behind it would wait. */
  #refuse(state: LiveAgent, { commandId }: PendingMessage, problem: string): Promise<boolean> {
    const code = 'ORC_ATTACHMENT_REFUSED';
    const { turn } = state;
    return this.#log.append(
      turn?.undelivered?.commandId === commandId
        ? failTurnEvents(state, turn, code, this.#context, problem)
        : rejectEvents(state, commandId, code, this.#context, problem),
    );
  }

  async #nudge(state: LiveAgent, step: Step & { do: 'nudge' }): Promise<boolean> {
    const { turn } = step;
    const bytes = this.#format(state, REMINDER);
    const written = await this.#attachment?.process.write(`nudge-${turn.turnId}`, bytes);
    if (written === undefined || written === 'gone') return false;
    return this.#log.append(nudgedEvents(state, turn, this.#context));
  }

  #format(state: LiveAgent, text: string): Uint8Array {
    const factory = this.#deps.factories.get(state.kind);
    return factory?.formatMessageForStdin(text) ?? Buffer.from(`${text}\n`);
  }

  /** Takes the graceful end on from the step at which the log has it, in the background. */
  stop(state: LiveAgent & { phase: 'stopping' }): void {
    const stated = (step: 'sigterm' | 'sigkill') => this.#stateStopping(step);
    this.#attachment?.stop(state.step, this.#deps.stopGraceMs, stated);
  }

  async #stateStopping(step: 'sigterm' | 'sigkill'): Promise<void> {
    const state = this.#state;
    if (state?.phase !== 'stopping') return;
    await this.#log.append(stoppingEvents(state, state.reason, step, this.#context));
  }
}
