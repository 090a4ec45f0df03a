import { ERRORS, type ErrorCode } from '../../../schemas/errors.ts';
import type { StoredEvent } from '../../../schemas/event.ts';
import type { WhatIf } from '../../../schemas/events/command.ts';
import { isToken } from '../../../schemas/ids.ts';
import { parseSubject } from '../../../schemas/subjects.ts';
import type { CallOutcome } from '../agent/turn/result-event.ts';
import { sortedJson } from '../sorted-json.ts';

/** What was asked of the outside, in the one text that the same has every time. */
type Asked = string;

/** What a turn has asked of the outside, and what it got. */
export interface RecordedTurn {
  /** In the order of the log. */
  outcomes: ReadonlyMap<Asked, readonly CallOutcome[]>;
  /** What came of calls, questions and jobs, by the ids of these. */
  results: ReadonlyMap<string, CallOutcome>;
}

/** What a call or question comes to; and where that is a job, what is to be told of its end. */
export interface RecordedAnswer {
  outcome: CallOutcome;
  job?: { jobId: string; outcome: CallOutcome };
}

/** Calls and waiting questions of a turn with their results. Pure. */
export function recordedTurn(
  events: readonly StoredEvent[],
  { from, to }: Pick<WhatIf, 'from' | 'to'>,
): RecordedTurn {
  const results = new Map<string, CallOutcome>();
  for (const { type, data } of events) {
    // The first: an agent may give an id twice, and has one result for each.
    if (type === 'result' && !results.has(data.callId)) results.set(data.callId, outcomeOf(data));
  }
  const recorded = new Map<Asked, CallOutcome[]>();
  for (const event of events) {
    if (event.sequence < from || event.sequence > to) continue;
    const asked = askedBy(event);
    const outcome = asked === undefined ? undefined : results.get(event.id);
    if (asked === undefined || outcome === undefined) continue;
    recorded.set(asked, [...(recorded.get(asked) ?? []), outcome]);
  }
  return { outcomes: recorded, results };
}

/**
 * What a call or question of a what-if comes to: what the same came to in the recorded turn, the first time the
 * first result, and so on; refused where there is none, or none any more, and outside of its own turn. Pure: asked
 * again after a restart it is the same.
 *
 * @param own all events of the what-if, in the order of the log, as far as the call or further
 * @param at where the call stands among them, by its place in the log
 */
export function answerOfRecord(
  { outcomes, results }: RecordedTurn,
  own: readonly StoredEvent[],
  at: number,
  { messageId, turnId }: Pick<WhatIf, 'messageId' | 'turnId'>,
): RecordedAnswer {
  const begun = own.find(
    (event) => event.type === 'turn.started' && event.data.commandId === messageId,
  );
  const call = own.find(({ sequence }) => sequence === at);
  const asked = call && askedBy(call);
  if (begun === undefined || begun.sequence > at || asked === undefined) {
    return notRecorded('This is asked before the turn that is run otherwise');
  }
  const earlier = own.filter(({ sequence }) => sequence > begun.sequence && sequence < at);
  const times = earlier.filter((event) => askedBy(event) === asked).length;
  const same = outcomes.get(asked) ?? [];
  const outcome = same[times];
  if (outcome === undefined) {
    const how = same.length === 0 ? 'Nothing like this was asked' : 'This was asked less often';
    return notRecorded(`${how} in ${turnId}`);
  }
  const jobId = outcome.ok ? jobOf(outcome.value) : undefined;
  if (jobId === undefined) return { outcome };
  // Who waits for its end is told what was told then, or is not left waiting.
  const end = results.get(jobId) ?? notRecorded(`${jobId} did not end in ${turnId}`).outcome;
  return { outcome, job: { jobId, outcome: end } };
}

/** The job that a call has become. */
function jobOf(value: unknown): string | undefined {
  const isJob = typeof value === 'object' && value !== null && 'id' in value && 'state' in value;
  return isJob && typeof value.id === 'string' && isToken(value.id) ? value.id : undefined;
}

const notRecorded = (message: string): RecordedAnswer => ({
  outcome: {
    ok: false,
    code: 'ORC_NOT_RECORDED',
    message: `${message}: nothing outside is touched`,
  },
});

/** Of a call: tool, verb and arguments. Of a question that waits: its text and choices. Undefined for others. */
function askedBy(event: StoredEvent): Asked | undefined {
  if (event.type === 'response.question') {
    const { text, options, waitMs } = event.data;
    return waitMs === undefined ? undefined : sortedJson(['ask', text, options ?? []]);
  }
  const address = parseSubject(event.subject);
  if (address?.family !== 'tool') return undefined;
  return sortedJson([address.tool, address.verb, event.data]);
}

function outcomeOf(
  data: { ok: true; value: unknown } | { ok: false; error: { code: string; message: string } },
): CallOutcome {
  if (data.ok) return { ok: true, value: data.value };
  const { code, message } = data.error;
  // Looked up in the table just here; one of a later version is told by its words.
  const known = Object.hasOwn(ERRORS, code) ? (code as ErrorCode) : 'ORC_NOT_RECORDED';
  return { ok: false, code: known, message };
}
