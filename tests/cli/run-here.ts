import { Readable, Writable } from 'node:stream';
import { run } from '../../cli/run.ts';

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs `orchestrator <args>` in this process, with streams of its own. */
export async function runHere(
  args: readonly string[],
  env: Record<string, string | undefined>,
  input: readonly Uint8Array[] = [],
): Promise<Ran> {
  const [stdout, stderr] = [new Collected(), new Collected()];
  const stdin = Readable.from(input);
  const code = await run([...args], { env, stdin, stdout, stderr });
  return { code, stdout: stdout.text, stderr: stderr.text };
}

/** As {@link runHere} with a terminal for its output and errors: all that came to its screen. */
export async function runOnScreen(
  args: readonly string[],
  env: Record<string, string | undefined>,
): Promise<string> {
  const screen = Object.assign(new Collected(), { isTTY: true });
  await run([...args], { env, stdin: Readable.from([]), stdout: screen, stderr: screen });
  return screen.text;
}

/** What was written, as text. */
class Collected extends Writable {
  readonly #chunks: Buffer[] = [];

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#chunks.push(Buffer.from(chunk));
    done();
  }

  get text(): string {
    return Buffer.concat(this.#chunks).toString();
  }
}

/** One line on stderr (behind the telemetry of an agent's call) with this code; no stack. */
export const oneLine = (code: string): RegExp =>
  new RegExp(`^(\\[.*\\n)?orchestrator: ${code}: [^\\n]+\\n$`);
