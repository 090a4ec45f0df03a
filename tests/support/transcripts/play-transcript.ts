import type { ExecutionContext } from 'ava';
import { Bindings } from './placeholders.ts';
import { type PlayableHost, PlayedHost } from './played-host.ts';
import type { Puppet } from './puppet.ts';
import { PuppetStage } from './puppet-stage.ts';
import {
  type Line,
  parseLine,
  renderLine,
  type Told,
  type Transcript,
  type TranscriptEntry,
  type TranscriptHead,
} from './transcript.ts';
import { within } from './within.ts';

/** A process starts within a second, even on a busy machine. */
const PATIENCE_MS = 15_000;

export interface PlayOptions {
  /** Lines that the CLI says before each of its own. */
  garbage?: readonly string[];
  /**
   * How the lines come: each as it was said (`lines`); in two halves, cut in the middle of a
   * character where there is a long one; or as much as there is `at once`, as to a busy host.
   */
  come?: 'lines' | 'halves' | 'at once';
  /** The host that it is played to; one whose statements are kept, without. */
  start?: (head: TranscriptHead, stage: PuppetStage) => Promise<PlayableHost>;
  /** For each thing that has to come next of a CLI that runs. */
  patienceMs?: number;
}

/** What is left to look at when a transcript was played. */
export interface Played {
  told: readonly Told[];
  /** What people read. */
  log: readonly string[];
  /** The session that each process of the CLI was to go on with. */
  sessions: readonly (string | undefined)[];
  /** Of each process of the CLI. */
  begun: readonly Puppet['begun'][];
  code: number;
}

/**
 * Plays a recorded conversation to a driver and its host: a real process says what the CLI said,
 * and what the driver writes, and the host states, has to be what it was then, in that order.
 * Rejects with where it differs.
 */
export async function playTranscript(
  t: Pick<ExecutionContext, 'teardown'>,
  transcript: Transcript,
  options: PlayOptions = {},
): Promise<Played> {
  const { head, entries } = transcript;
  const [first] = entries;
  const [program = 'none'] = first && 'start' in first ? first.start : [];
  const stage = await PuppetStage.open(t, program);
  const host = await (options.start?.(head, stage) ?? PlayedHost.start(t, head, stage));
  return new Play(stage, host, options).run(entries);
}

class Play {
  readonly #stage: PuppetStage;
  readonly #host: PlayableHost;
  readonly #options: PlayOptions;
  readonly #patienceMs: number;
  readonly #bindings: Bindings;
  readonly #told: Told[] = [];
  readonly #begun: Puppet['begun'][] = [];
  #puppet: Puppet | undefined;
  /** What is said with the next line. */
  #held: Buffer[] = [];

  constructor(stage: PuppetStage, host: PlayableHost, options: PlayOptions) {
    this.#stage = stage;
    this.#host = host;
    this.#options = options;
    this.#patienceMs = options.patienceMs ?? PATIENCE_MS;
    this.#bindings = new Bindings(host.workspace);
  }

  async run(entries: readonly TranscriptEntry[]): Promise<Played> {
    for (const [index, entry] of entries.entries()) {
      try {
        await this.#play(entry);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        const log = this.#host.log.slice(-10).join('\n  ');
        // The head is the first line.
        throw new Error(
          `line ${index + 2} of the transcript: ${why}\nthe log ends with\n  ${log}`,
          {
            cause: error,
          },
        );
      }
    }
    const code = await this.#end();
    const { log, sessions } = this.#host;
    return { told: this.#told, log, sessions, begun: this.#begun, code };
  }

  async #play(entry: TranscriptEntry): Promise<void> {
    if ('out' in entry && entry.out !== null) return this.#say(entry.out);
    this.#sayHeld();
    if ('start' in entry) await this.#start(entry.start);
    else if ('out' in entry) this.#now.closeOutput();
    else if ('err' in entry) this.#now.say('err', Buffer.from(`${entry.err}\n`));
    else if ('in' in entry) await this.#expectLine(entry.in);
    else if ('told' in entry) await this.#expectTold(entry.told);
    else if ('exit' in entry) await this.#exit(entry.exit);
    else {
      await this.#puppet?.heard();
      this.#host.do(entry.do);
    }
  }

  get #now(): Puppet {
    if (this.#puppet === undefined) throw new Error('no CLI runs');
    return this.#puppet;
  }

  async #start([, ...args]: readonly string[]): Promise<void> {
    this.#puppet = await this.#stage.next(PATIENCE_MS);
    const { begun } = this.#puppet;
    this.#begun.push(begun);
    this.#same(args, [...begun.start], 'the driver started its CLI with other arguments');
  }

  async #say(line: Line): Promise<void> {
    const { garbage = [], come = 'lines' } = this.#options;
    // A line stays a line: an object or a text.
    const texts = [...garbage, renderLine(this.#bindings.fill(line) as Line)];
    for (const bytes of texts.map((text) => Buffer.from(`${text}\n`))) {
      if (come === 'at once') this.#held.push(bytes);
      else if (come === 'lines') this.#now.say('out', bytes);
      else await this.#sayInHalves(bytes);
    }
  }

  async #sayInHalves(bytes: Buffer): Promise<void> {
    const middle = middleOf(bytes);
    this.#now.say('out', bytes.subarray(0, middle));
    await this.#now.heard();
    this.#now.say('out', bytes.subarray(middle));
  }

  #sayHeld(): void {
    if (this.#held.length > 0) this.#now.say('out', Buffer.concat(this.#held));
    this.#held = [];
  }

  async #expectLine(expected: Line | null): Promise<void> {
    const missing = `the driver did not write ${JSON.stringify(expected)}`;
    const written = await this.#now.lines.next(missing, this.#patienceMs);
    const actual = written === null ? null : parseLine(written);
    this.#same(expected, actual, `the driver wrote ${JSON.stringify(actual)}`);
  }

  async #expectTold(expected: Told): Promise<void> {
    const missing = `the host did not state ${JSON.stringify(expected)}`;
    const actual = await this.#host.told.next(missing, this.#patienceMs);
    this.#told.push(actual);
    this.#same(expected, actual, `the host stated ${JSON.stringify(actual)}`);
  }

  async #exit(how: number | string | null): Promise<void> {
    const puppet = this.#now;
    await puppet.exit(how, this.#patienceMs);
    this.#nothingUnread(puppet);
    this.#puppet = undefined;
  }

  /** What was not recorded to its end is ended here. */
  async #end(): Promise<number> {
    const { told, ended } = this.#host;
    this.#sayHeld();
    if (this.#puppet !== undefined) {
      await this.#puppet.heard();
      this.#host.do('finish');
      await this.#expectLine(null);
      await this.#puppet.exit(0, this.#patienceMs);
    }
    const code = await within(ended, 'the host did not end', this.#patienceMs);
    if (told.waiting.length > 0) {
      throw new Error(`the host stated more than was recorded: ${JSON.stringify(told.waiting)}`);
    }
    return code;
  }

  #nothingUnread({ lines }: Puppet): void {
    const unread = lines.waiting.filter((line) => line !== null);
    if (unread.length > 0) {
      throw new Error(`the driver wrote more than was recorded: ${unread.join('\n')}`);
    }
  }

  #same(expected: unknown, actual: unknown, what: string): void {
    const differences = this.#bindings.differences(expected, actual);
    if (differences.length > 0) throw new Error(`${what}\n${differences.join('\n')}`);
  }
}

/** The middle of the line, or of its last character of several bytes. */
function middleOf(bytes: Buffer): number {
  const inCharacter = bytes.findLastIndex((byte) => byte >= 0x80 && byte < 0xc0);
  return inCharacter > 0 ? inCharacter : Math.floor(bytes.length / 2);
}
