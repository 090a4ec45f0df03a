import { modelProblem, type TurnProblem } from '../voice/turn-problem.ts';
import { CliProcess } from './cli-process.ts';
import type { CliExit, DriverOptions } from './driver.ts';
import { CliGone, JsonRpc } from './json-rpc.ts';
import type { JsonObject } from './json-values.ts';

/** How a CLI is started, and what its dialect of JSON-RPC puts into every message. */
export interface RpcDialect {
  command: [string, ...string[]];
  request: JsonObject;
  response: JsonObject;
}

/**
 * What the drivers of CLIs that speak JSON-RPC over their pipes share: the process, the connection,
 * and what a refused call means. A driver says what it hears in `told` and `asked`, which are called
 * when its constructor is done.
 */
export abstract class JsonRpcDriver {
  /** They merge a message into the turn that runs. */
  readonly joins = true;
  readonly exited: Promise<CliExit>;
  protected readonly options: DriverOptions;
  protected readonly rpc: JsonRpc;
  readonly #cli: CliProcess;

  constructor(options: DriverOptions, { command, request, response }: RpcDialect) {
    const { environment, workspace, events } = options;
    this.options = options;
    this.#cli = new CliProcess({ command, environment, workspace, onStderr: events.log });
    this.exited = this.#cli.exited;
    this.rpc = new JsonRpc({
      cli: this.#cli,
      request,
      response,
      onNotification: (method, params) => this.told(method, params),
      onRequest: (method, params) => this.asked(method, params),
      onGarbage: events.log,
    });
  }

  close(): void {
    this.#cli.stdin.end();
  }

  kill(): void {
    this.#cli.kill();
  }

  /** What the CLI tells without being asked. */
  protected abstract told(method: string, params: JsonObject): void;

  /** The result of a request of the CLI; undefined refuses it as unknown. */
  protected abstract asked(method: string, params: JsonObject): Promise<unknown>;

  /** Asks for an interrupt; a refusal is a line of the log. */
  protected interruptBy(method: string, params: JsonObject): void {
    this.rpc.call(method, params).catch((error: unknown) => {
      this.options.events.log(`the interrupt was refused: ${String(error)}`);
    });
  }
}

/** What a refused message means for its turn; undefined where the CLI has ended, which its host sees. */
export function problemOfRefusal(error: unknown): TurnProblem | undefined {
  if (error instanceof CliGone) return undefined;
  return modelProblem(error instanceof Error ? error.message : '');
}
