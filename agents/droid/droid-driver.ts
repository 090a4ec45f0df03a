import { randomUUID } from 'node:crypto';
import { CliProcess } from '../host/cli-process.ts';
import type { CliExit, Driver, DriverOptions } from '../host/driver.ts';
import { CliGone, JsonRpc } from '../host/json-rpc.ts';
import { brief, type JsonObject, listOf, objectOf, textOf } from '../host/json-values.ts';
import { modelProblem, type TurnProblem } from '../voice/turn-problem.ts';

const DIALECT = { jsonrpc: '2.0', factoryApiVersion: '1.0.0' };

/** Reasons of `agent_turn_completed` that are no failure. */
const FINE = new Set(['completed', 'cancelled', '']);

/**
 * Factory Droid by `stream-jsonrpc`: messages that come in a running turn are taken into it. Idle
 * is when it says so and has echoed (`create_message`) every message that it was sent.
 */
export class DroidDriver implements Driver {
  readonly joins = true;
  readonly ready: Promise<void>;
  readonly exited: Promise<CliExit>;
  readonly #cli: CliProcess;
  readonly #rpc: JsonRpc;
  readonly #options: DriverOptions;
  readonly #unseen: string[] = [];
  #error = '';
  #problem: TurnProblem | undefined;
  #lastMessage = '';
  #isWorking = false;

  constructor(options: DriverOptions) {
    this.#options = options;
    const { order, environment, workspace, events } = options;
    const [program, ...args] = order.command;
    const format = ['--input-format', 'stream-jsonrpc', '--output-format', 'stream-jsonrpc'];
    this.#cli = new CliProcess({
      command: [program, 'exec', ...format, ...args],
      environment,
      workspace,
      onStderr: events.log,
    });
    this.exited = this.#cli.exited;
    this.#rpc = new JsonRpc({
      cli: this.#cli,
      request: { ...DIALECT, type: 'request' },
      response: { ...DIALECT, type: 'response' },
      onNotification: (_method, params) => this.#told(objectOf(params.notification)),
      onRequest: (method, params) => this.#asked(method, params),
      onGarbage: events.log,
    });
    this.ready = this.#begin();
  }

  send(text: string): void {
    this.#unseen.push(text);
    this.#isWorking = true;
    this.#rpc.call('droid.add_user_message', { text }).catch((error: unknown) => {
      this.#unseen.splice(this.#unseen.indexOf(text), 1);
      if (error instanceof CliGone) return;
      const problem = modelProblem(error instanceof Error ? error.message : '');
      this.#options.events.turnEnded({ problem });
    });
  }

  interrupt(): void {
    this.#rpc.call('droid.interrupt_session', {}).catch((error: unknown) => {
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
    const { session, order, workspace, events } = this.#options;
    if (session !== undefined) {
      await this.#rpc.call('droid.load_session', { sessionId: session });
      return;
    }
    const sessionId = randomUUID();
    const model = order.command[order.command.indexOf('-m') + 1];
    await this.#rpc.call('droid.initialize_session', {
      machineId: 'orchestrator',
      cwd: workspace,
      sessionId,
      // The command line does not configure the session (`droid exec --help`).
      ...(order.command.includes('-m') && { modelId: model }),
      skipPermissionsUnsafe: order.permissions.otherwise === 'allow',
    });
    events.session(sessionId);
  }

  #told(notification: JsonObject): void {
    switch (notification.type) {
      case 'create_message':
        this.#message(objectOf(notification.message));
        return;
      case 'error':
        this.#error = textOf(notification.message);
        this.#options.events.log(this.#error);
        return;
      case 'llm_retry':
        this.#options.events.retried(textOf(notification.reason));
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
        this.#options.events.log(`  ${brief(textOf(notification.content))}`);
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
      this.#options.events.log(text);
    }
    for (const { name, input } of blocks.filter((block) => block.type === 'tool_use')) {
      const { command } = objectOf(input);
      this.#options.events.log(
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
    this.#options.events.turnEnded({
      ...(problem && { problem }),
      ...(lastMessage !== '' && { lastMessage }),
    });
  }

  async #asked(method: string, params: JsonObject): Promise<unknown> {
    if (method !== 'droid.request_permission') return undefined;
    const [first] = listOf(params.toolUses).map(objectOf);
    const use = objectOf(first?.toolUse);
    const details = objectOf(first?.details);
    const command = textOf(details.fullCommand) || textOf(objectOf(use.input).command);
    const answer = await this.#options.events.permission({
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
