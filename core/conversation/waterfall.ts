import type { StoredEvent, StoredEventOf } from '../../schemas/event.ts';

/** What a span of a waterfall is about. */
export type SpanKind = 'queue' | 'turn' | 'tool' | 'job' | 'said' | 'note' | 'delivery' | 'attempt';

/** `perhaps`: nobody knows whether the chat has it. */
export type SpanState = 'open' | 'done' | 'failed' | 'perhaps';

/** One thing that came of a message, from its first event to its last. */
export interface Span {
  /** Of the event, call, turn, job or delivery that it is of; unique in its waterfall. */
  id: string;
  /** The span that it belongs to. */
  parent?: string | undefined;
  kind: SpanKind;
  /** What it is called: `project create`, `attempt 2`. */
  name: string;
  /** What somebody said, or why it came to nothing. */
  detail?: string | undefined;
  /** Of its first event, in the log. */
  sequence: number;
  /** RFC 3339, by the broker's clock. */
  startedAt: string;
  /** Absent while it goes on; the same as its start where it is a moment. */
  endedAt?: string | undefined;
  state: SpanState;
}

/** What became of one message, in spans in the order of their beginnings. */
export interface Waterfall {
  /** The id of the message. */
  messageId: string;
  agentId: string;
  sequence: number;
  text: string;
  /** By what it came: `orchestrator/telegram`. */
  source: string;
  from?: { channel: string; userId: string } | undefined;
  turnId?: string | undefined;
  startedAt: string;
  /** Of the last thing that came of it; absent while something goes on. */
  endedAt?: string | undefined;
  /**
   * `waiting` for a turn; `running`; `answered`; `silent`: its turn ended without an answer; `failed`; or
   * `rejected`: it got no turn.
   */
  outcome: 'waiting' | 'running' | 'answered' | 'silent' | 'failed' | 'rejected';
  spans: Span[];
}

type Message = StoredEventOf<'command.send'>;

/** Most characters of what was said that a span has. */
const MAX_DETAIL = 300;

/**
 * What became of a message, from its events and those of its turn, in the order of the log. Pure and total: what is
 * missing leaves a span open, what is not known leaves none.
 *
 * @param agentId whose message it is
 * @param events what `eventsOfMessage` reads; others do no harm where they are of another turn
 * @example
 * const { outcome, spans } = waterfallOf(agentId, message, events);
 */
export function waterfallOf(
  agentId: string,
  message: Message,
  events: Iterable<StoredEvent>,
): Waterfall {
  const made = new Spans(message);
  for (const event of events) made.take(event);
  const spans = made.all();
  const { turnId, outcome } = made;
  const { from, text } = message.data;
  return {
    messageId: message.id,
    agentId,
    sequence: message.sequence,
    text: text.slice(0, MAX_DETAIL),
    source: message.source,
    ...(from && { from }),
    ...(turnId !== undefined && { turnId }),
    startedAt: message.time,
    ...endOf(spans, outcome),
    outcome,
    spans,
  };
}

function endOf(spans: readonly Span[], outcome: Waterfall['outcome']): { endedAt?: string } {
  const isOpen = outcome === 'waiting' || outcome === 'running';
  if (isOpen || spans.some(({ state }) => state === 'open')) return {};
  const ends = spans.map(({ startedAt, endedAt = startedAt }) => endedAt).sort();
  const endedAt = ends.at(-1);
  return endedAt === undefined ? {} : { endedAt };
}

class Spans {
  readonly #message: Message;
  readonly #spans = new Map<string, Span>();
  /** By the place in the log of what was said, its span. */
  readonly #said = new Map<number, string>();
  readonly #waits = new Set<string>();
  #answers = 0;
  turnId: string | undefined;
  outcome: Waterfall['outcome'] = 'waiting';

  constructor(message: Message) {
    this.#message = message;
    this.#open(message, { id: `${message.id}:queue`, kind: 'queue', name: 'waits for a turn' });
  }

  all(): Span[] {
    return [...this.#spans.values()].sort(
      (a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt) || a.sequence - b.sequence,
    );
  }

  take(event: StoredEvent): void {
    switch (event.type) {
      case 'turn.started':
      case 'process.delivered':
        if (event.data.commandId === this.#message.id) this.#taken(event);
        if (event.type === 'turn.started') this.#turnBegan(event);
        return;
      case 'turn.ended':
        if (this.#isOther(event.data.turnId)) return;
        this.outcome = this.#answers + event.data.answers > 0 ? 'answered' : 'silent';
        this.#close(event.data.turnId, event, 'done');
        return;
      case 'turn.failed':
        if (this.#isOther(event.data.turnId)) return;
        this.outcome = 'failed';
        this.#close(event.data.turnId, event, 'failed', why(event.data));
        return;
      case 'process.ready':
        this.#waitedFor('the agent, to be ready');
        return;
      case 'turn.nudged':
        this.#moment(event, 'note', 'reminded to answer');
        return;
      case 'process.interrupted':
        this.#moment(event, 'note', 'interrupted');
        return;
      case 'process.rejected':
        if (event.data.commandId !== this.#message.id) return;
        this.outcome = 'rejected';
        this.#close(`${this.#message.id}:queue`, event, 'failed', why(event.data));
        return;
      case 'response.answer':
      case 'response.question':
      case 'response.progress':
        this.#saidNow(event);
        return;
      case 'result':
        this.#resulted(event);
        return;
      default:
        this.#takeOther(event);
    }
  }

  #takeOther(event: StoredEvent): void {
    if (event.type.startsWith('tool.')) this.#called(event);
    else if (event.type.startsWith('job.')) this.#ofJob(event);
    else if (event.type.startsWith('delivery.')) this.#ofDelivery(event);
  }

  /** Of a turn that is over: whether the message was in another, or waits for one. */
  #isOther(turnId: string): boolean {
    if (turnId === this.turnId) return false;
    this.#waitedFor(turnId);
    return true;
  }

  /** Of what passed while it had no turn. */
  #waitedFor(whom: string): void {
    if (this.turnId !== undefined) return;
    this.#waits.add(whom);
    const id = `${this.#message.id}:queue`;
    const span = this.#spans.get(id);
    if (span)
      this.#spans.set(id, { ...span, detail: `for ${[...this.#waits].join(', then for ')}` });
  }

  #taken(event: StoredEventOf<'turn.started'> | StoredEventOf<'process.delivered'>): void {
    this.turnId ??= event.data.turnId;
    if (this.outcome === 'waiting') this.outcome = 'running';
    this.#close(`${this.#message.id}:queue`, event, 'done');
    if (event.type === 'process.delivered') this.#moment(event, 'note', 'given to the agent');
  }

  #turnBegan(event: StoredEventOf<'turn.started'>): void {
    this.#open(event, { id: event.data.turnId, kind: 'turn', name: 'turn' });
  }

  #saidNow(event: StoredEventOf<'response.answer' | 'response.question' | 'response.progress'>) {
    if (event.type === 'response.answer') this.#answers += 1;
    const [, name = ''] = event.type.split('.');
    this.#said.set(event.sequence, event.id);
    this.#moment(event, 'said', name, event.data.text);
    // The type alone says what its data is: the three come as one.
    const isAwaited = 'waitMs' in event.data && event.data.waitMs !== undefined;
    if (!isAwaited) return;
    const wait = { kind: 'queue', name: 'waits for a reply', parent: event.id } as const;
    this.#open(event, { id: `${event.id}:reply`, ...wait });
  }

  /** Of a call, or of a question that was waited on. */
  #resulted(event: StoredEventOf<'result'>): void {
    const { callId } = event.data;
    const [state, detail] = event.data.ok
      ? (['done', undefined] as const)
      : (['failed', event.data.error.message] as const);
    this.#close(callId, event, state, detail);
    this.#close(`${callId}:reply`, event, state, detail);
  }

  #called({ subject, ...event }: StoredEvent): void {
    // `agents.<id>.tool.<tool>.<verb>`
    const name = subject.split('.').slice(3).join(' ');
    this.#open(event, { id: event.id, kind: 'tool', name, ...this.#inTurn() });
  }

  #ofJob(event: StoredEvent): void {
    const [, id = ''] = event.subject.split('.');
    switch (event.type) {
      case 'job.requested': {
        const { tool, verb, by } = event.data;
        const parent = by && this.#spans.has(by.callId) ? { parent: by.callId } : this.#inTurn();
        this.#open(event, { id, kind: 'job', name: `${tool} ${verb}`, ...parent });
        return;
      }
      case 'job.input-required':
        this.#open(event, {
          id: `${id}:person`,
          kind: 'queue',
          name: 'waits for a person to confirm',
          parent: id,
        });
        return;
      case 'job.answered':
        this.#close(`${id}:person`, event, event.data.approved ? 'done' : 'failed');
        return;
      case 'job.completed':
        this.#close(id, event, 'done');
        return;
      case 'job.failed':
      case 'job.cancelled':
        this.#close(id, event, 'failed', event.data.reason);
        this.#close(`${id}:person`, event, 'failed', event.data.reason);
        return;
      default:
        return;
    }
  }

  #ofDelivery(event: StoredEvent): void {
    const [, channel = '', deliveryId = ''] = event.subject.split('.');
    const id = `${channel}/${deliveryId}`;
    switch (event.type) {
      case 'delivery.requested': {
        const said = this.#said.get(event.data.sequence ?? 0);
        const parent = said === undefined ? this.#inTurn() : { parent: said };
        this.#open(event, { id, kind: 'delivery', name: `to ${channel}`, ...parent });
        return;
      }
      case 'delivery.attempted': {
        const { attempt, part, parts } = event.data;
        const name = `attempt ${attempt}${parts > 1 ? `, part ${part + 1} of ${parts}` : ''}`;
        this.#open(event, { id: `${id}:${attempt}`, kind: 'attempt', name, parent: id });
        return;
      }
      case 'delivery.confirmed': {
        const { part, parts, messageId } = event.data;
        this.#closeAttempt(id, event, 'done', `received as ${messageId}`);
        if (part + 1 >= parts) this.#close(id, event, 'done', `received as ${messageId}`);
        return;
      }
      case 'delivery.ambiguous':
        this.#closeAttempt(id, event, 'perhaps', event.data.reason);
        return;
      case 'delivery.failed':
        this.#closeAttempt(id, event, 'failed', event.data.reason);
        if (!event.data.again) this.#close(id, event, 'failed', event.data.reason);
        return;
      case 'delivery.arrived':
        this.#settle(id, event);
        return;
      default:
        return;
    }
  }

  /** An operator knows that it is there, whatever was stated before. */
  #settle(id: string, event: StoredEvent): void {
    const span = this.#spans.get(id);
    if (span === undefined) return;
    this.#spans.set(id, {
      ...span,
      endedAt: event.time,
      state: 'done',
      detail: 'an operator says that it arrived',
    });
  }

  #closeAttempt(id: string, event: StoredEvent, state: SpanState, detail: string): void {
    const open = [...this.#spans.values()].findLast(
      (span) => span.kind === 'attempt' && span.parent === id && span.state === 'open',
    );
    if (open !== undefined) this.#close(open.id, event, state, detail);
  }

  #open(
    { sequence, time }: Pick<StoredEvent, 'sequence' | 'time'>,
    span: Pick<Span, 'id' | 'kind' | 'name' | 'parent'>,
  ): void {
    if (this.#spans.has(span.id)) return;
    this.#spans.set(span.id, { ...span, sequence, startedAt: time, state: 'open' });
  }

  #close(id: string, { time }: Pick<StoredEvent, 'time'>, state: SpanState, detail?: string): void {
    const span = this.#spans.get(id);
    if (span?.state !== 'open') return;
    const more = detail === undefined ? {} : { detail: detail.slice(0, MAX_DETAIL) };
    this.#spans.set(id, { ...span, ...more, endedAt: time, state });
  }

  #moment(event: StoredEvent, kind: SpanKind, name: string, detail?: string): void {
    this.#open(event, { id: event.id, kind, name, ...this.#inTurn() });
    this.#close(event.id, event, 'done', detail);
  }

  #inTurn(): { parent?: string } {
    return this.turnId === undefined ? {} : { parent: this.turnId };
  }
}

const why = ({ reason, cure }: { reason: string; cure: string }): string => `${reason} ${cure}`;
