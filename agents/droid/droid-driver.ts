import { randomUUID } from 'node:crypto';
import type { Driver, DriverOptions } from '../host/driver.ts';
import { JsonRpcDriver, problemOfRefusal } from '../host/json-rpc-driver.ts';
import { brief, type JsonObject, listOf, objectOf, textOf } from '../host/json-values.ts';
import { modelProblem, type TurnProblem } from '../voice/turn-problem.ts';

const DIALECT = { jsonrpc: '2.0', factoryApiVersion: '1.0.0' };

/** Reasons of `agent_turn_completed` that are no failure. */
const FINE = new Set(['completed', 'cancelled', '']);

/**
 * Factory Droid by `stream-jsonrpc`: messages that come in a running turn are taken into it. It
 * is idle when it says so and has echoed (`create_message`) every message that it was sent.
 */
export class DroidDriver extends JsonRpcDriver implements Driver {
  readonly ready: Promise<void>;
  readonly #unseen: string[] = [];
  #error = '';
  #problem: TurnProblem | undefined;
  #lastMessage = '';
  #isWorking = false;

  constructor(options: DriverOptions) {
    const [program, ...args] = options.order.command;
    const format = ['--input-format', 'stream-jsonrpc', '--output-format', 'stream-jsonrpc'];
    super(options, {
      command: [program, 'exec', ...format, ...args],
      request: { ...DIALECT, type: 'request' },
      response: { ...DIALECT, type: 'response' },
    });
    this.ready = this.#begin();
  }

  send(text: string): void {
    this.#unseen.push(text);
    this.#isWorking = true;
    this.rpc.call('droid.add_user_message', { text }).catch((error: unknown) => {
      this.#unseen.splice(this.#unseen.indexOf(text), 1);
      const problem = problemOfRefusal(error);
      if (problem) this.options.events.turnEnded({ problem });
    });
  }

  interrupt(): void {
    this.interruptBy('droid.interrupt_session', {});
  }

  async #begin(): Promise<void> {
    const { session, order, workspace, events } = this.options;
    if (session !== undefined) {
      await this.rpc.call('droid.load_session', { sessionId: session });
      return;
    }
    const sessionId = randomUUID();
    const behind = (flag: string) => order.command[order.command.indexOf(flag) + 1];
    await this.rpc.call('droid.initialize_session', {
      machineId: 'orchestrator',
      cwd: workspace,
      sessionId,
      // The command line does not configure the session (`droid exec --help`).
      ...(order.command.includes('-m') && { modelId: behind('-m') }),
      ...(order.command.includes('-r') && { reasoningEffort: behind('-r') }),
      skipPermissionsUnsafe: order.permissions.otherwise === 'allow',
    });
    events.session(sessionId);
  }

  protected told(_method: string, { notification: told }: JsonObject): void {
    const notification = objectOf(told);
    switch (notification.type) {
      case 'create_message':
        this.#message(objectOf(notification.message));
        return;
      case 'error':
        this.#error = textOf(notification.message);
        this.options.events.log(this.#error);
        return;
      case 'llm_retry':
        this.options.events.retried(textOf(notification.reason));
        return;
      case 'agent_turn_completed': {
        const reason = textOf(notification.reason);
        this.#problem = FINE.has(reason)
          ? undefined
          : modelProblem(`${reason} ${this.#error}`, statusOf(this.#error));
        return;
      }
      case 'droid_working_state_changed':
        if (notification.newState === 'idle') this.#idle();
        return;
      case 'tool_result':
        this.options.events.log(`  ${brief(textOf(notification.content))}`);
        return;
    }
  }

  #message({ role, content }: JsonObject): void {
    const blocks = listOf(content).map(objectOf);
    const text = blocks.map((block) => textOf(block.text)).join('\n');
    if (role === 'user') {
      const at = this.#unseen.findIndex((sent) => text.includes(sent));
      if (at >= 0) this.#unseen.splice(at, 1);
      return;
    }
    if (role !== 'assistant') return;
    if (text.trim() !== '') {
      this.#lastMessage = text;
      this.options.events.log(text);
    }
    for (const { name, input } of blocks.filter((block) => block.type === 'tool_use')) {
      const { command } = objectOf(input);
      this.options.events.log(
        `${textOf(name)}: ${textOf(command) || brief(JSON.stringify(input))}`,
      );
    }
  }

  /** Droid states the end of a turn once more when it is closed: only the first counts. */
  #idle(): void {
    if (this.#unseen.length > 0 || !this.#isWorking) return;
    this.#isWorking = false;
    const [problem, lastMessage] = [this.#problem, this.#lastMessage];
    [this.#problem, this.#lastMessage, this.#error] = [undefined, '', ''];
    this.options.events.turnEnded({
      ...(problem && { problem }),
      ...(lastMessage !== '' && { lastMessage }),
    });
  }

  protected async asked(method: string, params: JsonObject): Promise<unknown> {
    if (method !== 'droid.request_permission') return undefined;
    const [first] = listOf(params.toolUses).map(objectOf);
    const use = objectOf(first?.toolUse);
    const details = objectOf(first?.details);
    const command = textOf(details.fullCommand) || textOf(objectOf(use.input).command);
    const answer = await this.options.events.permission({
      tool: textOf(use.name),
      ...(command !== '' && { command }),
      what: brief(JSON.stringify(use.input ?? details)),
    });
    return { selectedOption: answer === 'deny' ? 'cancel' : 'proceed_once' };
  }
}

/** `401 {"type":"error", …}`: the model API's status stands first. */
function statusOf(error: string): number | undefined {
  const [, status] = /^(\d{3})\b/.exec(error) ?? [];
  return status === undefined ? undefined : Number(status);
}
