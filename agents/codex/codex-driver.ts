import type { Driver, DriverOptions, TurnOutcome } from '../host/driver.ts';
import { JsonRpcDriver, problemOfRefusal } from '../host/json-rpc-driver.ts';
import { brief, type JsonObject, numberOf, objectOf, textOf } from '../host/json-values.ts';
import { modelProblem } from '../voice/turn-problem.ts';

/**
 * Codex by its app-server: a thread for life, `turn/start` for each message; on a busy thread that
 * steers the running turn. It is idle when no start is unanswered and the last turn has completed.
 */
export class CodexDriver extends JsonRpcDriver implements Driver {
  readonly ready: Promise<void>;
  #thread = '';
  #turn: string | undefined;
  #starting = 0;
  #lastMessage = '';

  constructor(options: DriverOptions) {
    const [program, ...args] = options.order.command;
    const offline = ['-c', 'features.plugins=false', '-c', 'features.apps=false'];
    const command: [string, ...string[]] = [program, 'app-server', ...offline, ...args];
    super(options, { command, request: {}, response: {} });
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
    this.rpc.call('turn/start', params, answered).catch((error: unknown) => {
      const problem = problemOfRefusal(error);
      if (problem) this.#tellEnd({ problem });
    });
  }

  interrupt(): void {
    this.interruptBy('turn/interrupt', { threadId: this.#thread, turnId: this.#turn });
  }

  async #begin(): Promise<void> {
    const { session, events } = this.options;
    const clientInfo = { name: 'orchestrator', title: 'Orchestrator', version: '1' };
    await this.rpc.call('initialize', { clientInfo });
    this.rpc.notify('initialized');
    const begun =
      session === undefined
        ? await this.rpc.call('thread/start', {})
        : await this.rpc.call('thread/resume', { threadId: session });
    this.#thread = textOf(objectOf(begun.thread).id);
    events.session(this.#thread);
  }

  protected told(method: string, params: JsonObject): void {
    if (method === 'turn/started') this.#turn = textOf(objectOf(params.turn).id);
    if (method === 'item/started' || method === 'item/completed') {
      this.#show(method === 'item/completed', objectOf(params.item));
    }
    if (method === 'error' && params.willRetry === true) {
      const { message, additionalDetails } = objectOf(params.error);
      const words = [textOf(message), textOf(additionalDetails)].filter((text) => text !== '');
      this.options.events.retried(words.join(': '));
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
    if (this.#starting === 0) this.options.events.turnEnded(outcome);
  }

  protected async asked(method: string, params: JsonObject): Promise<unknown> {
    if (!method.endsWith('/requestApproval')) return undefined;
    const command = textOf(params.command);
    const answer = await this.options.events.permission({
      tool: method.includes('commandExecution') ? 'shell' : 'edit',
      ...(command !== '' && { command: unwrapped(command) }),
      what: textOf(params.reason) || 'change files',
    });
    return { decision: DECISIONS[answer] };
  }

  #show(completed: boolean, item: JsonObject): void {
    const { events } = this.options;
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
