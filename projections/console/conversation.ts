import type { StoredEvent } from '../../schemas/event.ts';
import type { FileReference } from '../../schemas/events/file.ts';

/** An event as the API shows it; `invalid`: why it counts for nobody. */
export type ShownEvent = StoredEvent & { invalid?: string };

/** One thing in a conversation, as it is shown. */
export interface Entry {
  /** Of its event: its place in the log, and its address. */
  sequence: number;
  time: string;
  id: string;
  kind: 'message' | 'answer' | 'question' | 'progress' | 'call' | 'state' | 'failure';
  /** What it says; of a call, what was called. */
  text: string;
  /** Who wrote a message. */
  from?: string;
  files?: readonly FileReference[];
  /** Of a question. */
  options?: readonly string[];
  /** Of a question: a command of the agent stands until it has the answer. */
  waits?: boolean;
  /** Of a question: nobody has answered it, and somebody still can. */
  isOpen?: boolean;
  /** Of a call: what it was given, and what came of it. */
  input?: string;
  result?: string;
  hasFailed?: boolean;
  /** The message whose waterfall it belongs to: of any event of it. */
  waterfall?: number;
}

/** Entries that are kept; of more, the oldest are let go. */
const MOST_ENTRIES = 50_000;
const LET_GO = 5_000;

/** Most characters of a value that a call shows. */
const MAX_VALUE = 2_000;

/**
 * A conversation, as the events of its agent make it: each is shown to it in the order of the log, and once.
 * Changed in place.
 */
export class Conversation {
  readonly entries: Entry[] = [];
  /** How many were let go. */
  forgotten = 0;
  /** The turn that runs, by when it began; undefined in none. */
  turnSince: string | undefined;
  readonly #open = new Map<string, Entry>();

  take(event: ShownEvent): void {
    if (event.invalid !== undefined) return;
    const entry = this.#entryOf(event);
    if (entry === undefined) return;
    this.entries.push(entry);
    if (this.entries.length <= MOST_ENTRIES) return;
    this.entries.splice(0, LET_GO);
    this.forgotten += LET_GO;
  }

  #entryOf(event: ShownEvent): Entry | undefined {
    const { sequence, time, id } = event;
    const place = { sequence, time, id };
    switch (event.type) {
      case 'command.send': {
        const { text, from, files, answers } = event.data;
        this.#answered(answers);
        return {
          ...place,
          kind: 'message',
          text,
          from: from === undefined ? event.source : `${from.channel}/${from.userId}`,
          waterfall: sequence,
          ...(files && { files }),
        };
      }
      case 'response.answer': {
        const { text, file } = event.data;
        return {
          ...place,
          kind: 'answer',
          text,
          waterfall: sequence,
          ...(file && { files: [file] }),
        };
      }
      case 'response.progress':
        return { ...place, kind: 'progress', text: event.data.text };
      case 'response.question': {
        const { text, options = [], waitMs } = event.data;
        const waits = waitMs !== undefined;
        return this.#opened({ ...place, kind: 'question', text, options, waits, isOpen: true });
      }
      case 'turn.started':
        this.turnSince = time;
        // Any other question than one that is waited for is answered by the next message.
        for (const entry of this.#open.values()) if (!entry.waits) entry.isOpen = false;
        return undefined;
      case 'result':
        this.#resulted(event);
        return undefined;
      default:
        return event.type.startsWith('tool.') ? this.#called(event) : this.#stated(event);
    }
  }

  #called(event: ShownEvent): Entry {
    const { sequence, time, id, subject } = event;
    // `agents.<id>.tool.<tool>.<verb>`
    const text = subject.split('.').slice(3).join(' ');
    return this.#opened({ sequence, time, id, kind: 'call', text, input: shortJson(event.data) });
  }

  #stated(event: ShownEvent): Entry | undefined {
    const { sequence, time, id } = event;
    const said = stateOf(event);
    if (said === undefined) return undefined;
    if (event.type === 'turn.ended' || event.type === 'turn.failed') this.#turnOver();
    return { sequence, time, id, ...said };
  }

  #turnOver(): void {
    this.turnSince = undefined;
    for (const entry of this.#open.values()) if (entry.waits) entry.isOpen = false;
  }

  #opened(entry: Entry): Entry {
    this.#open.set(entry.id, entry);
    return entry;
  }

  #answered(questionId: string | undefined): void {
    const entry = questionId === undefined ? undefined : this.#open.get(questionId);
    if (entry !== undefined) entry.isOpen = false;
  }

  #resulted({ data }: Extract<ShownEvent, { type: 'result' }>): void {
    const entry = this.#open.get(data.callId);
    if (entry === undefined) return;
    this.#open.delete(data.callId);
    entry.isOpen = false;
    entry.result = data.ok ? shortJson(data.value) : `${data.error.code}: ${data.error.message}`;
    entry.hasFailed = !data.ok;
  }
}

type Stated = Pick<Entry, 'kind' | 'text' | 'waterfall'>;

/** What is said of an agent's life and turns; undefined of what nobody needs to see here. */
function stateOf(event: ShownEvent): Stated | undefined {
  const state = (text: string): Stated => ({ kind: 'state', text });
  const failure = (text: string): Stated => ({ kind: 'failure', text });
  switch (event.type) {
    case 'command.create':
      return state(`created: ${event.data.kind}${event.data.name ? `, ${event.data.name}` : ''}`);
    case 'command.interrupt':
      return state('asked to be interrupted');
    case 'process.ready':
      return state('takes messages');
    case 'process.resumed':
      return state(`goes on, with its ${event.data.memory}`);
    case 'process.interrupted':
      return state('interrupted');
    case 'process.extended':
      return state(`lives until ${event.data.expiresAt}`);
    case 'process.stopped':
      return state(`ended: ${event.data.reason}`);
    case 'process.exited':
      return failure(`ended by itself: exit code ${event.data.code ?? event.data.signal}`);
    case 'process.lost':
    case 'process.start-failed':
      return failure(`ended: ${event.data.reason}`);
    case 'process.rejected':
      return failure(`${event.data.reason} ${event.data.cure}`);
    case 'process.muted':
      return failure(`not heard: ${event.data.reason} ${event.data.cure}`);
    case 'turn.nudged':
      return state('reminded to answer');
    case 'turn.ended':
      return { ...state('the turn ended'), waterfall: event.sequence };
    case 'turn.failed': {
      const { reason, cure, lastWords } = event.data;
      const last = lastWords === undefined ? '' : `\n\n${lastWords}`;
      return { ...failure(`${reason} ${cure}${last}`), waterfall: event.sequence };
    }
    default:
      return undefined;
  }
}

const shortJson = (value: unknown): string => {
  const text = JSON.stringify(value, null, 1);
  return text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE)} …` : text;
};
