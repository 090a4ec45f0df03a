import { foldMessage } from '../../../core/domain/fold-message.ts';
import { initialSystem, type SystemState } from '../../../core/domain/system-state.ts';
import { toHeaders } from '../../../schemas/cloud-event.ts';
import type { NewEvent } from '../../../schemas/event.ts';
import type { RawMessage } from '../../../schemas/parse-event.ts';
import { type RecordedMessage, rawMessage } from '../recorded-history.ts';

const BEGIN = Date.parse('2026-01-04T00:00:00.000Z');

/** Random numbers that a seed brings back. */
export interface Dice {
  /** A whole number from `from` to `to`. */
  between: (from: number, to: number) => number;
  /** So many times of a hundred. */
  chance: (percent: number) => boolean;
  one: <T>(of: readonly T[]) => T;
}

interface Task {
  at: number;
  order: number;
  run: () => void;
}

/** A log, a clock and the schedules of a server, without any of them: what is to be done is done in the order of time. */
export class World {
  readonly system: SystemState = initialSystem();
  readonly messages: RawMessage[] = [];
  readonly lines: RecordedMessage[] = [];
  /** Told of each message once it is folded. */
  readonly heard: ((event: NewEvent, sequence: number) => void)[] = [];
  readonly dice: Dice;
  now = BEGIN;
  readonly #tasks: Task[] = [];
  readonly #schedules = new Map<string, NewEvent>();
  #order = 0;

  constructor(dice: Dice) {
    this.dice = dice;
  }

  get date(): Date {
    return new Date(this.now);
  }

  /** Does something so many milliseconds from now. */
  after(ms: number, run: () => void): void {
    this.#order += 1;
    push(this.#tasks, { at: this.now + Math.max(0, ms), order: this.#order, run });
  }

  /** Until so many messages stand in the log, or nothing is to be done. */
  run(messages: number): void {
    while (this.messages.length < messages) {
      const task = pop(this.#tasks);
      if (task === undefined) return;
      this.now = Math.max(this.now, task.at);
      task.run();
    }
  }

  /** So much time passes: what is to be done meanwhile is done. */
  pass(ms: number): void {
    const end = this.now + ms;
    for (let [next] = this.#tasks; next !== undefined && next.at <= end; [next] = this.#tasks) {
      pop(this.#tasks);
      this.now = Math.max(this.now, next.at);
      next.run();
    }
    this.now = Math.max(this.now, end);
  }

  /** One append: its events stand behind each other; what is scheduled comes when it is due. */
  append(events: readonly NewEvent[]): void {
    // A broker is a little behind whoever states something.
    this.now += this.dice.between(1, 4);
    const stated = events.filter(({ schedule }) => schedule === undefined);
    for (const event of events) if (event.schedule) this.#schedule(event, event.schedule);
    const stored = stated.map((event) => ({ event, sequence: this.#store(event) }));
    for (const { event, sequence } of stored) for (const hear of this.heard) hear(event, sequence);
  }

  #store(event: NewEvent): number {
    const sequence = this.messages.length + 1;
    const { subject, data } = event;
    const time = this.date.toISOString();
    const headers = Object.fromEntries(toHeaders(event));
    // What an event says is JSON.
    const line = { sequence, subject, time, headers, data } as RecordedMessage;
    const message = rawMessage(line);
    this.lines.push(line);
    this.messages.push(message);
    const folded = foldMessage(this.system, message);
    // A program may call a tool with whatever it likes.
    const mayBeInvalid = /^agents\.[^.]+\.tool\./.test(subject);
    if (folded.kind === 'invalid' && !mayBeInvalid)
      throw new Error(`${event.type}: ${folded.reason}`);
    return sequence;
  }

  /** A later one on the same subject takes its place. */
  #schedule(event: NewEvent, { at, target }: { at: Date; target: string }): void {
    this.#schedules.set(event.subject, event);
    const due = Math.ceil(at.getTime() / 1_000) * 1_000;
    this.after(due - this.now, () => {
      if (this.#schedules.get(event.subject) !== event) return;
      this.#schedules.delete(event.subject);
      const { schedule: _schedule, ...rings } = event;
      this.append([{ ...rings, subject: target }]);
    });
  }
}

const isBefore = (a: Task, b: Task): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

/** A binary heap: the first task on top. */
function push(tasks: Task[], task: Task): void {
  let at = tasks.push(task) - 1;
  while (at > 0) {
    const above = (at - 1) >> 1;
    const parent = tasks[above];
    if (parent === undefined || !isBefore(task, parent)) break;
    tasks[at] = parent;
    at = above;
  }
  tasks[at] = task;
}

function pop(tasks: Task[]): Task | undefined {
  const [first] = tasks;
  const last = tasks.pop();
  if (first === undefined || last === undefined || tasks.length === 0) return first;
  let at = 0;
  for (;;) {
    const [left, right] = [tasks[2 * at + 1], tasks[2 * at + 2]];
    if (left === undefined) break;
    const isRight = right !== undefined && isBefore(right, left);
    const child = isRight ? right : left;
    if (!isBefore(child, last)) break;
    tasks[at] = child;
    at = 2 * at + (isRight ? 2 : 1);
  }
  tasks[at] = last;
  return first;
}
