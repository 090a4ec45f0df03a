import { Command, Option } from 'clipanion';
import { described, durationOption, jsonOption } from '../options.ts';
import { type OperatorContext, withSystem } from './operator-context.ts';
import { untilInterrupted } from './until-interrupted.ts';

/** What every command of an operator has: `--json`, `--timeout`, and the running system. */
export abstract class OperatorCommand extends Command {
  json = jsonOption();
  readonly #ended = new AbortController();
  timeout = Option.String('--timeout', '10s', described('agents', '--timeout'));

  /** The work itself, with the running system. The exit code; 0 for nothing. */
  protected abstract work(context: OperatorContext): Promise<number | undefined>;

  protected get timeoutMs(): number {
    return durationOption('--timeout', this.timeout);
  }

  override async execute(): Promise<number> {
    const work = (context: OperatorContext) => this.work(context);
    try {
      return (await withSystem(this.context.env, this.timeoutMs, work)) ?? 0;
    } finally {
      this.#ended.abort();
    }
  }

  /** Aborts at Ctrl-C, and when nobody reads the output any more: for what goes on for long. */
  protected untilInterrupted(): AbortSignal {
    return untilInterrupted(this.context.stdout, this.#ended.signal);
  }

  /** With `--json` the value on a line, else the text as it is. */
  protected print(value: unknown, text: string): void {
    this.context.stdout.write(this.json ? `${JSON.stringify(value)}\n` : text);
  }
}
