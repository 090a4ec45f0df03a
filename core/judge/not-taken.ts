import { type AgentState, isLive } from '../domain/agent/agent-state.ts';
import type { AgentTraits } from '../domain/agent/agent-traits.ts';
import { nextStep, type Step } from '../domain/agent/next-step.ts';

/** How long an owner that is there may take for a step that is no more than what is stated of it. */
const PATIENCE_MS = 30_000;

/** Where nothing at all is stored for so long, the log was away, and nobody could state anything. */
const SILENCE_MS = 5_000;

/** Steps that wait for nothing outside. */
const AT_ONCE: ReadonlySet<Step['do']> = new Set<Step['do']>([
  'open-turn',
  'end-turn',
  'nudge',
  'fail-turn',
  'interrupt',
  'stop',
  'reject',
  'refuse-queue',
  'close-question',
]);

/** When owners were seen at work, and whether the log was there: without both nothing is late. */
export class Attendance {
  readonly #lastOf = new Map<string, number>();
  #last = 0;
  #awakeSince = 0;

  /** @param by the owner, where the event is a decision of one */
  heard(at: number, by: string | undefined): void {
    if (at - this.#last > SILENCE_MS) this.#awakeSince = at;
    this.#last = Math.max(this.#last, at);
    if (by !== undefined) this.#lastOf.set(by, at);
  }

  /** Did this owner do other things long after this moment? */
  wasThere(owner: string, since: number): boolean {
    const from = Math.max(since, this.#awakeSince);
    return (this.#lastOf.get(owner) ?? 0) - from > PATIENCE_MS;
  }
}

/** Whose an agent is to do for. */
export const ownerOf = (state: AgentState): string | undefined =>
  isLive(state) && !state.run.released ? (state.run.holder ?? state.run.node) : undefined;

/** A step that is decided on this state however the agent behaves, and takes no time. */
export function stepAtOnce(state: AgentState, all: readonly AgentTraits[]): Step | undefined {
  const steps = all.map((traits) => nextStep(state, traits));
  const [step] = steps;
  const isAgreed = steps.every((each) => each?.do === step?.do);
  return step && isAgreed && AT_ONCE.has(step.do) ? step : undefined;
}
