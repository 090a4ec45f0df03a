import type { StoredEvent, StoredEventOf } from '../../schemas/event.ts';
import type { Person } from '../../schemas/events/parts.ts';
import { parseSubject } from '../../schemas/subjects.ts';
import { endDetail } from '../domain/agent/run/end-detail.ts';

/** A message whose turn has not reached its end, and that was not rejected. */
export interface OpenMessage {
  commandId: string;
  /** Where it stands in the log; for one that was sent before the following began, its turn. */
  sequence: number;
  from?: Person;
  /** The turn that has taken it. */
  turnId?: string;
}

/** What there is to know, between two people, of the talk with one agent. */
export interface Talk {
  agentId: string;
  /** In the order in which they were sent. */
  open: readonly OpenMessage[];
  turnId: string | null;
  ended: boolean;
}

/** Why a message came to nothing, and what can be done about it. */
export interface Failure {
  code: string;
  reason: string;
  cure: string;
}

interface Place {
  agentId: string;
  sequence: number;
}

/** The messages that the turn serves in which it was said; none where no turn is known. */
interface InTurn {
  serves: readonly OpenMessage[];
}

interface Choices {
  options?: string[];
  /** A command of the agent stands until it has the answer. */
  waits?: boolean;
}

/** What a front end has to show or to know. Every message ends in one of the three last but one. */
export type Happening = Place &
  (
    | ({ kind: 'answer'; responseId: string; text: string } & InTurn)
    | ({ kind: 'question'; responseId: string; text: string } & Choices & InTurn)
    | ({ kind: 'progress'; responseId: string; text: string } & InTurn)
    | { kind: 'agent-ready' }
    /** It had ended and goes on; by its own session, or by a digest of what was said. */
    | { kind: 'agent-resumed'; memory: 'session' | 'digest' }
    /** Its files are kept no longer than until then. */
    | { kind: 'home-due'; removeAt: string }
    | { kind: 'turn-started'; turnId: string; commandId: string }
    | ({ kind: 'turn-ended'; turnId: string } & InTurn)
    | ({ kind: 'turn-failed'; turnId: string; lastWords?: string | undefined } & Failure & InTurn)
    | ({ kind: 'rejected'; commandId: string } & Failure)
    | { kind: 'agent-ended'; how: string }
  );

export const newTalk = (agentId: string): Talk => ({
  agentId,
  open: [],
  turnId: null,
  ended: false,
});

/** The talk after an event of its agent. Pure and total. */
export function evolveTalk(talk: Talk, event: StoredEvent): Talk {
  switch (event.type) {
    case 'command.send':
      return { ...talk, open: [...talk.open, openMessage(event)] };
    case 'turn.started':
      return taken(talk, event.data, event.sequence);
    case 'process.delivered':
      return taken(talk, event.data, event.sequence);
    case 'turn.ended':
    case 'turn.failed': {
      const { turnId } = event.data;
      const open = talk.open.filter((message) => message.turnId !== turnId);
      return { ...talk, open, turnId: talk.turnId === turnId ? null : talk.turnId };
    }
    case 'process.rejected':
      return { ...talk, open: talk.open.filter((one) => one.commandId !== event.data.commandId) };
    case 'process.stopped':
    case 'process.exited':
    case 'process.lost':
    case 'process.start-failed':
      return { ...talk, turnId: null, ended: true };
    case 'process.resumed':
      return { ...talk, ended: false };
    default:
      return talk;
  }
}

/**
 * What an event means to the people in the talk, given the talk before it.
 *
 * @example
 * const happening = happeningOf(talk, event);
 * if (happening?.kind === 'turn-failed') show(`${happening.reason} ${happening.cure}`);
 * talk = evolveTalk(talk, event);
 */
export function happeningOf(talk: Talk, event: StoredEvent): Happening | undefined {
  const place = { agentId: talk.agentId, sequence: event.sequence };
  switch (event.type) {
    case 'response.answer':
      return { ...place, kind: 'answer', ...said(talk, event) };
    case 'response.progress':
      return { ...place, kind: 'progress', ...said(talk, event) };
    case 'response.question': {
      const { options, waitMs } = event.data;
      const choices = { ...(options && { options }), ...(waitMs !== undefined && { waits: true }) };
      return { ...place, kind: 'question', ...said(talk, event), ...choices };
    }
    case 'process.ready':
      return { ...place, kind: 'agent-ready' };
    case 'process.resumed':
      return { ...place, kind: 'agent-resumed', memory: event.data.memory };
    case 'process.home-due':
      return { ...place, kind: 'home-due', removeAt: event.data.removeAt };
    case 'turn.started': {
      const { turnId, commandId } = event.data;
      return { ...place, kind: 'turn-started', turnId, commandId };
    }
    case 'turn.ended': {
      const { turnId } = event.data;
      return { ...place, kind: 'turn-ended', turnId, serves: served(talk, turnId) };
    }
    case 'turn.failed':
      return {
        ...place,
        kind: 'turn-failed',
        ...event.data,
        serves: served(talk, event.data.turnId),
      };
    case 'process.rejected':
      return { ...place, kind: 'rejected', ...event.data };
    case 'process.stopped':
    case 'process.lost':
      return { ...place, kind: 'agent-ended', how: event.data.reason };
    case 'process.start-failed':
      return { ...place, kind: 'agent-ended', how: event.data.reason };
    case 'process.exited':
      return { ...place, kind: 'agent-ended', how: endDetail(event.data) };
    default:
      return undefined;
  }
}

/** The agent whose talk an event belongs to. */
export function agentOf(subject: string): string | undefined {
  const address = parseSubject(subject);
  return address !== undefined && 'agentId' in address ? address.agentId : undefined;
}

function openMessage(event: StoredEventOf<'command.send'>): OpenMessage {
  const { from } = event.data;
  return { commandId: event.id, sequence: event.sequence, ...(from && { from }) };
}

/**
 * A turn has a message. Either may be older than the following: the turn then began with this
 * message as far as one knows, and an unknown message stands where its turn does.
 */
function taken(
  talk: Talk,
  { turnId, commandId }: { turnId: string; commandId: string },
  sequence: number,
): Talk {
  const known = talk.open.some((message) => message.commandId === commandId);
  const all = known ? talk.open : [...talk.open, { commandId, sequence }];
  const open = all.map((one) => (one.commandId === commandId ? { ...one, turnId } : one));
  return { ...talk, open, turnId };
}

const served = (talk: Talk, turnId: string | null): readonly OpenMessage[] =>
  turnId === null ? [] : talk.open.filter((message) => message.turnId === turnId);

const said = (
  talk: Talk,
  event: StoredEventOf<'response.answer' | 'response.question' | 'response.progress'>,
) => ({ responseId: event.id, text: event.data.text, serves: served(talk, talk.turnId) });
