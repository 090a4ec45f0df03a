import { randomUUID } from 'node:crypto';
import { CliProcess } from '../host/cli-process.ts';
import type { CliExit, Driver, DriverOptions, TurnOutcome } from '../host/driver.ts';
import {
  brief,
  type JsonObject,
  listOf,
  numberOf,
  objectOf,
  parseObject,
  textOf,
} from '../host/json-values.ts';
import { modelProblem, type TurnProblem } from '../voice/turn-problem.ts';

/**
 * Claude Code by `stream-json`: a message with an id of ours a line; the CLI tells of each id when
 * it is queued, started and completed (`command_lifecycle`), also of those that it takes into a
 * running turn. It is idle when every id is done and a `result` has come. Interrupts and permissions
 * go by `control_request`, as its SDK has them.
 */
export class ClaudeDriver implements Driver {
  readonly joins = true;
  readonly ready: Promise<void>;
  readonly exited: Promise<CliExit>;
  readonly #cli: CliProcess;
  readonly #options: DriverOptions;
  readonly #open = new Set<string>();
  readonly #initialized = Promise.withResolvers<void>();
  #outcome: TurnOutcome | undefined;
  #refused: TurnProblem | undefined;

  constructor(options: DriverOptions) {
    this.#options = options;
    const { order, environment, workspace, session, events } = options;
    const id = session ?? randomUUID();
    const [program, ...args] = order.command;
    this.#cli = new CliProcess({
      command: [program, ...args, ...claudeArguments(options, id)],
      environment,
      workspace,
      onStderr: events.log,
    });
    this.exited = this.#cli.exited;
    this.#cli.onLine((line) => this.#hear(line));
    this.ready = this.#initialized.promise;
    this.#control('initialize', { subtype: 'initialize' });
    events.session(id);
  }

  send(text: string): void {
    const uuid = randomUUID();
    this.#open.add(uuid);
    this.#outcome = undefined;
    this.#cli.writeLine({ type: 'user', uuid, message: { role: 'user', content: text } });
  }

  interrupt(): void {
    this.#control(randomUUID(), { subtype: 'interrupt' });
  }

  close(): void {
    this.#cli.stdin.end();
  }

  kill(): void {
    this.#cli.kill();
  }

  #control(request_id: string, request: JsonObject): void {
    this.#cli.writeLine({ type: 'control_request', request_id, request });
  }

  #hear(line: string): void {
    const message = parseObject(line);
    if (message === undefined) {
      this.#options.events.log(line);
      return;
    }
    switch (message.type) {
      case 'control_response':
        if (objectOf(message.response).request_id === 'initialize') this.#initialized.resolve();
        return;
      case 'control_request':
        return void this.#asked(textOf(message.request_id), objectOf(message.request));
      case 'command_lifecycle':
        this.#lifecycle(textOf(message.command_uuid), textOf(message.state));
        return;
      case 'result':
        this.#result(message);
        return;
      case 'system':
        this.#system(message);
        return;
      case 'assistant':
      case 'user':
        this.#show(message);
        return;
    }
  }

  #lifecycle(uuid: string, state: string): void {
    if (state === 'queued' || state === 'started') return;
    this.#open.delete(uuid);
    this.#tellEnd();
  }

  #result(result: JsonObject): void {
    const text = textOf(result.result);
    // Without a turn of a model it was a command of the CLI itself. Some of these, as `/clear`, say nothing.
    if (result.num_turns === 0 && result.is_error === false) {
      this.#options.events.answered(text || SILENTLY_DONE);
    }
    // `/clear` begins another session.
    const session = textOf(result.session_id);
    if (session !== '') this.#options.events.session(session);
    // The reason of an interrupt is `aborted_tools` or `aborted_streaming`: no failure of the model.
    const isError = result.is_error === true;
    const failed = isError && !textOf(result.terminal_reason).startsWith('aborted_');
    const problem =
      this.#refused ?? (failed ? modelProblem(text, numberOf(result.api_error_status)) : undefined);
    this.#refused = undefined;
    this.#outcome = { ...(problem && { problem }), ...(text !== '' && { lastMessage: text }) };
    // The messages in which it was interrupted, or which it refused, are done as well.
    if (result.queued_turn_count === 0 && (isError || result.stop_reason === 'tool_use')) {
      this.#open.clear();
    }
    this.#tellEnd();
  }

  #tellEnd(): void {
    if (this.#outcome === undefined || this.#open.size > 0) return;
    const outcome = this.#outcome;
    this.#outcome = undefined;
    this.#options.events.turnEnded(outcome);
  }

  /** Nothing gets better by trying refused credentials again, which it would do for minutes. */
  #system(message: JsonObject): void {
    if (message.subtype !== 'api_retry') return;
    const status = numberOf(message.error_status);
    const what = `${status ?? ''} ${textOf(message.error)}`.trim();
    if (status !== 401 && status !== 403) {
      this.#options.events.retried(what);
      return;
    }
    this.#options.events.log(`the model refused (${what})`);
    this.#refused = modelProblem(what, status);
    this.interrupt();
  }

  async #asked(request_id: string, request: JsonObject): Promise<void> {
    const input = objectOf(request.input);
    const command = textOf(input.command);
    const answer = await this.#options.events.permission({
      tool: textOf(request.tool_name),
      ...(command !== '' && { command }),
      what: textOf(request.description) || brief(JSON.stringify(input)),
    });
    const response =
      answer === 'deny'
        ? { behavior: 'deny', message: 'The user does not allow this.' }
        : { behavior: 'allow', updatedInput: input };
    this.#cli.writeLine({
      type: 'control_response',
      response: { subtype: 'success', request_id, response },
    });
  }

  #show(message: JsonObject): void {
    const { events } = this.#options;
    for (const block of listOf(objectOf(message.message).content).map(objectOf)) {
      if (block.type === 'text' && message.type === 'assistant') events.log(textOf(block.text));
      if (block.type === 'tool_use') {
        const input = objectOf(block.input);
        events.log(
          `${textOf(block.name)}: ${textOf(input.command) || brief(JSON.stringify(input))}`,
        );
      }
      if (block.type === 'tool_result') events.log(`  ${brief(resultText(block.content))}`);
    }
  }
}

const SILENTLY_DONE = 'Done.';

function claudeArguments({ session }: DriverOptions, id: string): string[] {
  return [
    '-p',
    '--verbose',
    ...['--input-format', 'stream-json', '--output-format', 'stream-json'],
    ...(session === undefined ? ['--session-id', id] : ['--resume', id]),
  ];
}

const resultText = (content: unknown): string =>
  typeof content === 'string'
    ? content
    : listOf(content)
        .map((block) => textOf(objectOf(block).text))
        .join('\n');
