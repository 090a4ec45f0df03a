import { ERRORS, type ErrorCode } from '../../schemas/errors.ts';
import type { StoredEvent, StoredEventOf } from '../../schemas/event.ts';
import type { EventContext } from '../domain/agent/agent-event.ts';
import type { AgentState } from '../domain/agent/agent-state.ts';
import { REFUSED_AT_ONCE } from '../domain/agent/command/command-events.ts';
import type { Overflowed } from '../domain/agent/command/overflow.ts';
import type { Told } from '../domain/agent/events-of-step.ts';
import type { Step } from '../domain/agent/next-step.ts';
import type { ProcessEnd } from '../domain/agent/run/run-end-events.ts';
import type { Behind } from './agent-decisions.ts';
import type { CallAsked } from './call-outcome.ts';

/** What a step is retold from: the first event that stands of it, and what comes behind that in the log. */
export interface Retold {
  first: StoredEvent;
  behind: Behind;
  /** What an agent's state had no room for, as the log has it. */
  overflowed: readonly Overflowed[];
  outcomeOf: (asked: CallAsked) => Told<'call'> | undefined;
}

/**
 * What doing a step came to outside of the log, as its events state it; undefined where they state nothing of this
 * step. Whatever the log itself decides is not taken from there.
 */
export function toldByLog(step: Step, state: AgentState, of: Retold): Told | undefined {
  const { first, behind } = of;
  switch (step.do) {
    case 'start':
      return first.type === 'process.starting'
        ? { runtime: first.data.runtime, memory: first.data.memory }
        : undefined;
    case 'launch':
      if (first.type === 'process.ready') return { pid: first.data.pid };
      return first.type === 'process.start-failed'
        ? { failed: first.data.reason, left: first.data.left }
        : undefined;
    case 'extend':
      return { expiresAt: step.expiresAt };
    case 'extend-from-now':
      return first.type === 'process.extended' ? { expiresAt: first.data.expiresAt } : undefined;
    case 'resume':
      return resumeTold(first, behind);
    case 'deliver':
      return first.type === 'process.delivered' ? { bytes: first.data.bytes } : refusal(first);
    case 'snapshot':
      return snapshotTold(first);
    case 'undo':
      return first.type === 'process.undone' ? { files: first.data.files } : undoRefused(first);
    case 'call':
      return of.outcomeOf({ call: step.call, state, first, behind });
    case 'recall-answer':
      return first.type === 'result' ? recordedOutcome(first) : undefined;
    case 'write-file': {
      const refused = refusal(first);
      return refused === undefined ? {} : { problem: refused.refused };
    }
    case 'refuse-overflow':
      return { commands: of.overflowed.slice(0, REFUSED_AT_ONCE) };
    default:
      return true;
  }
}

/** What it was answered with is in the log of another agent: what stands here is believed. */
function recordedOutcome({ data }: StoredEventOf<'result'>): Told<'recall-answer'> {
  if (data.ok) return { ok: true, value: data.value };
  const { code, message } = data.error;
  return { ok: false, code: isCode(code) ? code : 'ORC_NOT_RECORDED', message };
}

function resumeTold(first: StoredEvent, behind: Behind): Told<'resume'> | undefined {
  if (first.type !== 'process.resumed') return refusal(first);
  const [started] = behind(1);
  if (started?.type !== 'process.starting') return undefined;
  const { runtime, place = '' } = started.data;
  return { runtime, place, memory: first.data.memory };
}

function snapshotTold(first: StoredEvent): Told<'snapshot'> | undefined {
  if (first.type === 'turn.snapshot-failed') return { failed: first.data.reason };
  if (first.type !== 'turn.snapshot') return undefined;
  const { turnId: _turnId, ...taken } = first.data;
  return taken;
}

function undoRefused(first: StoredEvent): Told<'undo'> | undefined {
  if (first.type !== 'process.rejected' || !isCode(first.data.code)) return undefined;
  const { code } = first.data;
  const detail = detailOf(first.data);
  return { refused: code, ...(detail !== undefined && { detail }) };
}

/** Why something outside could not be done, in the words of whoever tried. */
function refusal(first: StoredEvent): { refused: string } | undefined {
  if (first.type !== 'process.rejected' && first.type !== 'turn.failed') return undefined;
  const refused = detailOf(first.data);
  return refused === undefined ? undefined : { refused };
}

/** What a reason says behind the meaning of its code. */
export function detailOf({ code, reason }: { code: string; reason: string }): string | undefined {
  const begin = isCode(code) ? `${ERRORS[code].meaning}: ` : '';
  return begin !== '' && reason.startsWith(begin) ? reason.slice(begin.length) : undefined;
}

export const isCode = (code: string): code is ErrorCode => Object.hasOwn(ERRORS, code);

/** How the process ended, as the next event of its end says. */
export function endInLog(agentId: string, events: readonly StoredEvent[]): ProcessEnd | undefined {
  const start = `agents.${agentId}.process.`;
  for (const event of events) {
    if (!event.subject.startsWith(start)) continue;
    if (event.type === 'process.stopped' || event.type === 'process.exited') {
      const { code, signal, outOfMemory, left } = event.data as ProcessEnd;
      return { code, signal, ...(outOfMemory && { outOfMemory }), ...(left && { left }) };
    }
    // Of a start that failed the reason says the rest.
    if (event.type === 'process.start-failed') {
      const { left } = event.data;
      return { code: null, signal: null, ...(left && { left }) };
    }
    if (event.type === 'process.starting') return undefined;
  }
  return undefined;
}

/** When and by whom an event was stated. */
export function contextOf(event: StoredEvent, behind: Behind): EventContext {
  const now = new Date(event.time);
  const starting = [event, ...(event.type === 'process.resumed' ? behind(1) : [])].find(
    ({ type }) => type === 'process.starting',
  );
  if (starting?.type === 'process.starting') {
    const { node, place, holder } = starting.data;
    return {
      now,
      node,
      ...(place !== undefined && { place }),
      ...(holder !== undefined && { holder }),
    };
  }
  return { now, node: event.type === 'process.cleared' ? event.data.node : '' };
}
