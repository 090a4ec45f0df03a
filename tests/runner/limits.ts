// What hangs in one test file would keep a place of the run for as long as other files say something: AVA's own
// time-out counts from the last word of any of them. Here a test, a hook and the end of a file have limits of their own.
import { writeSync } from 'node:fs';
import { relative } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import ava, { type ExecutionContext, registerCompletionHandler } from 'ava';

const MINUTE_MS = 60_000;

/** From one assertion to the next, in a test or hook that sets no time-out of its own (ms). */
const BODY_MS = Number(process.env.TEST_BODY_MS ?? 5 * MINUTE_MS);
/** For what a test tears down, beyond its own time (ms). */
const TEARDOWN_MS = Number(process.env.TEST_TEARDOWN_MS ?? 3 * MINUTE_MS);
/** For a process to end by itself, once its tests have (ms). */
const ENDING_MS = Number(process.env.TEST_ENDING_MS ?? 15_000);

const STDERR = 2;

type Body = (t: ExecutionContext, ...rest: unknown[]) => unknown;

/** That test, which fails with its title where it, or what it tears down, takes too long. */
export function limitedTest(body: Body): Body {
  return (t, ...rest) => {
    const watch = new Watch(t.title);
    // What is set up first is torn down last.
    t.teardown(() => watch.end());
    t.timeout(BODY_MS);
    const setTimeoutOf = t.timeout;
    const timeout = (ms: number, message?: string) => {
      watch.allow(ms);
      setTimeoutOf(ms, message);
    };
    Object.assign(t, { timeout: Object.assign(timeout, { clear: setTimeoutOf.clear }) });
    return body(t, ...rest);
  };
}

/** The same of a hook, which has nothing to tear down. */
export function limitedHook(body: Body): Body {
  return (t, ...rest) => {
    t.timeout(BODY_MS);
    return body(t, ...rest);
  };
}

/** Ends the process of a file whose test goes on when it should long be over: AVA ends a body, and waits for a teardown. */
class Watch {
  readonly #title: string;
  #timer: NodeJS.Timeout;

  constructor(title: string) {
    this.#title = title;
    this.#timer = this.#after(BODY_MS);
  }

  /** Its own time-out begins anew with each assertion, so several of them may pass. */
  allow(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = this.#after(Math.max(ms, BODY_MS));
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  #after(bodyMs: number): NodeJS.Timeout {
    const ms = 2 * bodyMs + TEARDOWN_MS;
    return setTimeout(() => {
      say(`“${this.#title}” is not over after ${ms} ms, its teardown among it; ${open()}`);
      process.exit(1);
    }, ms).unref();
  }
}

registerCompletionHandler(() => {
  setTimeout(() => {
    say(`still runs ${ENDING_MS} ms after its last test, and is ended; ${open()}`);
    process.exit();
  }, ENDING_MS).unref();
});

const open = () => `open: ${process.getActiveResourcesInfo().join(', ') || 'nothing'}`;

const say = (text: string) =>
  writeSync(STDERR, `${relative(process.cwd(), fileURLToPath(ava.meta.file))}: ${text}\n`);
