import { CliProcess } from '../host/cli-process.ts';
import type { CliExit, Driver, DriverOptions, TurnOutcome } from '../host/driver.ts';
import { CliGone, JsonRpc } from '../host/json-rpc.ts';
import { brief, type JsonObject, numberOf, objectOf, textOf } from '../host/json-values.ts';
import { modelProblem } from '../voice/turn-problem.ts';

/**
 * Codex by its app-server: a thread for life, `turn/start` for each message; on a busy thread that
 * steers the running turn. It is idle when no start is unanswered and the last turn has completed.
 */
export class CodexDriver implements Driver {
  readonly joins = true;
  readonly ready: Promise<void>;
  readonly exited: Promise<CliExit>;
  readonly #cli: CliProcess;
  readonly #rpc: JsonRpc;
  readonly #options: DriverOptions;
  #thread = '';
  #turn: string | undefined;
  #starting = 0;
  #lastMessage = '';

  constructor(options: DriverOptions) {
    this.#options = options;
    const { order, environment, workspace, events } = options;
    const [program, ...args] = order.command;
    const offline = ['-c', 'features.plugins=false', '-c', 'features.apps=false'];
    this.#cli = new CliProcess({
      command: [program, 'app-server', ...offline, ...args],
      environment,
      workspace,
      onStderr: events.log,
    });
    this.exited = this.#cli.exited;
    this.#rpc = new JsonRpc({
      cli: this.#cli,
      request: {},
      response: {},
      onNotification: (method, params) => this.#told(method, params),
      onRequest: (method, params) => this.#asked(method, params),
      onGarbage: events.log,
    });
    this.ready = this.#begin();
  }

  send(text: string): void {
    this.#starting += 1;
    const input = [{ type: 'text', text }];
    const answered = (result: JsonObject | undefined) => {
      this.#starting -= 1;
      if (result) this.#turn = textOf(objectOf(result.turn).id);
    };
    const params = { threadId: this.#thread, input };
    this.#rpc.call('turn/start', params, answered).catch((error: unknown) => {
      if (error instanceof CliGone) return;
      this.#tellEnd({ problem: modelProblem(error instanceof Error ? error.message : '') });
    });
  }

  interrupt(): void {
    const params = { threadId: this.#thread, turnId: this.#turn };
    this.#rpc.call('turn/interrupt', params).catch((error: unknown) => {
      this.#options.events.log(`the interrupt was refused: ${String(error)}`);
    });
  }

  close(): void {
    this.#cli.stdin.end();
  }

  kill(): void {
    this.#cli.kill();
  }

  async #begin(): Promise<void> {
    const { session, events } = this.#options;
    const clientInfo = { name: 'orchestrator', title: 'Orchestrator', version: '1' };
    await this.#rpc.call('initialize', { clientInfo });
    this.#rpc.notify('initialized');
    const begun =
      session === undefined
        ? await this.#rpc.call('thread/start', {})
        : await this.#rpc.call('thread/resume', { threadId: session });
    this.#thread = textOf(objectOf(begun.thread).id);
    events.session(this.#thread);
  }

  #told(method: string, params: JsonObject): void {
    if (method === 'turn/started') this.#turn = textOf(objectOf(params.turn).id);
    if (method === 'item/started' || method === 'item/completed') {
      this.#show(method === 'item/completed', objectOf(params.item));
    }
    if (method === 'error' && params.willRetry === true) {
      const { message, additionalDetails } = objectOf(params.error);
      const words = [textOf(message), textOf(additionalDetails)].filter((text) => text !== '');
      this.#options.events.retried(words.join(': '));
    }
    if (method === 'turn/completed') this.#completed(objectOf(params.turn));
  }

  #completed(turn: JsonObject): void {
    const { lastMessage } = this.#take();
    const error = objectOf(turn.error);
    if (turn.status !== 'failed') {
      this.#tellEnd({ ...(lastMessage && { lastMessage }) });
      return;
    }
    this.#tellEnd({ problem: modelProblem(textOf(error.message), statusIn(error.codexErrorInfo)) });
  }

  #take(): { lastMessage: string } {
    const lastMessage = this.#lastMessage;
    this.#lastMessage = '';
    return { lastMessage };
  }

  #tellEnd(outcome: TurnOutcome): void {
    if (this.#starting === 0) this.#options.events.turnEnded(outcome);
  }

  async #asked(method: string, params: JsonObject): Promise<unknown> {
    if (!method.endsWith('/requestApproval')) return undefined;
    const command = textOf(params.command);
    const answer = await this.#options.events.permission({
      tool: method.includes('commandExecution') ? 'shell' : 'edit',
      ...(command !== '' && { command: unwrapped(command) }),
      what: textOf(params.reason) || 'change files',
    });
    return { decision: DECISIONS[answer] };
  }

  #show(completed: boolean, item: JsonObject): void {
    const { events } = this.#options;
    if (item.type === 'commandExecution') {
      if (completed) events.log(`  ${brief(textOf(item.aggregatedOutput))}`);
      else events.log(`shell: ${unwrapped(textOf(item.command))}`);
    }
    if (item.type === 'agentMessage' && completed) {
      this.#lastMessage = textOf(item.text);
      events.log(this.#lastMessage);
    }
  }
}

const DECISIONS = { allow: 'accept', 'allow-always': 'acceptForSession', deny: 'decline' } as const;

/** Codex shows a command with the shell around it: `/bin/bash -c "…"`. */
function unwrapped(command: string): string {
  const [, inner] = /^\S*sh -l?c (.+)$/s.exec(command) ?? [];
  if (inner === undefined) return command;
  const quote = inner[0];
  const isQuoted = (quote === '"' || quote === "'") && inner.at(-1) === quote;
  if (!isQuoted) return inner;
  const bare = inner.slice(1, -1);
  return quote === '"' ? bare.replace(/\\(["\\$`])/g, '$1') : bare.replaceAll(`'\\''`, "'");
}

/** `{"httpConnectionFailed": {"httpStatusCode": 401}}`: the status is one level down. */
function statusIn(info: unknown): number | undefined {
  const [inner] = Object.values(objectOf(info));
  return numberOf(objectOf(inner).httpStatusCode);
}
