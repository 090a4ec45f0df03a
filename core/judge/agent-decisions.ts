import type { NewEvent, StoredEvent } from '../../schemas/event.ts';
import type { AgentState } from '../domain/agent/agent-state.ts';
import type { AgentTraits } from '../domain/agent/agent-traits.ts';
import { eventsOfStep } from '../domain/agent/events-of-step.ts';
import { type KnownBesideLog, nextStep } from '../domain/agent/next-step.ts';
import { smallerEvents } from '../domain/agent/smaller-events.ts';
import type { SystemState } from '../domain/system-state.ts';
import type { AgentTrack } from './agent-track.ts';
import { callOutcome } from './call-outcome.ts';
import { isSameEvent } from './difference.ts';
import { outsideDecision } from './outside-decisions.ts';
import { contextOf, detailOf, endInLog, type Retold, toldByLog } from './told-by-log.ts';

/** The next events of the log, so many at most. */
export type Behind = (most: number) => readonly StoredEvent[];

/** Where a decision stands: its first event, and what comes behind that. */
export interface Stands {
  first: StoredEvent;
  behind: Behind;
}

/** What is decided now, in place of what stands there. */
export interface DecidedNow {
  events: readonly NewEvent[];
  /** All of it stands there. */
  isSame: boolean;
}

/** Does all that is appended stand there? A timer is none of it before it rings. */
export function stands(decided: readonly NewEvent[], { first, behind }: Stands): boolean {
  const stated = decided.filter(({ schedule }) => schedule === undefined);
  const events = [first, ...behind(stated.length - 1)];
  return (
    stated.length > 0 &&
    stated.every((event, index) => {
      const there = events[index];
      return there !== undefined && isSameEvent(event, there);
    })
  );
}

/**
 * Decides anew what stands there of an agent, on each state that its owner may have seen, by each way in which it may
 * behave; what nobody but the outside knew is what the events say. The ways by which nothing of it is decided are left
 * from then on.
 */
export function decideAnew(track: AgentTrack, there: Stands, system: SystemState): DecidedNow {
  const decide = deciders(track, there, system);
  // The first that comes to it: most often the decider by the log alone.
  for (const each of decide()) {
    const fits = new Set<AgentTraits>();
    let found: readonly NewEvent[] | undefined;
    for (const state of track.seen()) {
      for (const traits of track.traits) {
        const events = each(state, traits);
        if (!stands(events, there)) continue;
        found ??= events;
        fits.add(traits);
      }
    }
    if (found === undefined) continue;
    track.traits = track.traits.filter((traits) => fits.has(traits));
    return { events: found, isSame: true };
  }
  return { events: lastDecided(track, [...decide()]), isSame: false };
}

/** What is decided on the last state. */
function lastDecided(track: AgentTrack, decide: readonly Decide[]): readonly NewEvent[] {
  const [traits = { whileBusy: 'queue', endOfTurn: 'response' } as const] = track.traits;
  const all = decide.map((each) => each(track.state, traits));
  return all.find(({ length }) => length > 0) ?? [];
}

type Decide = (state: AgentState, traits: AgentTraits) => NewEvent[];

/** Ways to come to what stands there, the likeliest first; what the later ones need is looked for then. */
function deciders(
  { agentId, overflowed }: AgentTrack,
  { first, behind }: Stands,
  system: SystemState,
): () => Generator<Decide> {
  const context = contextOf(first, behind);
  const outcomeOf: Retold['outcomeOf'] = (asked) => callOutcome(asked, system);
  const retold = { first, behind, overflowed, outcomeOf };
  const maxQueue = maxQueueOf(first);
  const by =
    (known: KnownBesideLog): Decide =>
    (state, traits) => {
      const step = nextStep(
        state,
        maxQueue === undefined ? traits : { ...traits, maxQueue },
        known,
      );
      const told = step && toldByLog(step, state, retold);
      return step && told ? eventsOfStep(state, step, told, context) : [];
    };
  return function* () {
    yield by(knownOf(first));
    const end = isOfEnd(first) ? endInLog(agentId, [first, ...behind(MOST_OF_END)]) : undefined;
    if (end) yield* [by({ end }), by({ end, awaitsReady: true })];
    yield (state, traits) => tooLarge(state, traits, { first, behind });
    yield (state) => outsideDecision(state, { first, behind }, context);
  };
}

/** Events of the end of an agent, with all that waited for it. */
const MOST_OF_END = 1_000;

const OF_END: ReadonlySet<string> = new Set([
  'turn.ended',
  'turn.failed',
  'process.rejected',
  'process.exited',
  'process.stopped',
  'process.lost',
  'process.start-failed',
]);

/** May it stand there because a process has ended? */
const isOfEnd = ({ type }: StoredEvent): boolean => OF_END.has(type);

/** A shell command that has ended is known to its owner alone. */
function knownOf(first: StoredEvent): KnownBesideLog {
  if (first.type !== 'process.command-run') return {};
  const { commandId, ...outcome } = first.data;
  return { ended: { commandId, outcome } };
}

/** How many messages may wait is a setting, which the refusal names. */
function maxQueueOf(first: StoredEvent): number | undefined {
  if (first.type !== 'process.rejected' || first.data.code !== 'ORC_QUEUE_FULL') return undefined;
  const [, most] = /^(\d+) messages wait/.exec(detailOf(first.data) ?? '') ?? [];
  return most === undefined ? undefined : Number(most);
}

/** What the broker did not take is stated smaller. */
function tooLarge(state: AgentState, traits: AgentTraits, { first, behind }: Stands): NewEvent[] {
  if (first.type !== 'result' || first.data.ok) return [];
  const { code, message } = first.data.error;
  const step = code === 'ORC_TOO_LARGE' ? nextStep(state, traits) : undefined;
  return step ? smallerEvents(state, step, message, contextOf(first, behind)) : [];
}
