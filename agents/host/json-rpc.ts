import type { CliProcess } from './cli-process.ts';
import { type JsonObject, objectOf, parseObject, textOf } from './json-values.ts';

export interface JsonRpcOptions {
  cli: CliProcess;
  /** Members that every message of this dialect has beside `method`, `id`, `params`. */
  request: JsonObject;
  response: JsonObject;
  onNotification: (method: string, params: JsonObject) => void;
  /** The result of a request of the CLI; undefined refuses it as unknown. */
  onRequest: (method: string, params: JsonObject) => Promise<unknown>;
  onGarbage: (line: string) => void;
}

/** The CLI has ended, which its host sees for itself. */
export class CliGone extends Error {
  override readonly name = 'CliGone';
}

/** A call that has no answer yet. */
interface Waiting extends PromiseWithResolvers<JsonObject> {
  answered: (result: JsonObject | undefined) => void;
}

/** Our end of a JSON-RPC connection over the pipes of a CLI, in the dialect that it speaks. */
export class JsonRpc {
  readonly #options: JsonRpcOptions;
  readonly #waiting = new Map<string, Waiting>();
  #last = 0;

  constructor(options: JsonRpcOptions) {
    this.#options = options;
    options.cli.onLine((line) => this.#hear(line));
  }

  /**
   * Rejects with the CLI's own words where it refuses, and when it ends. A promise is settled after
   * all lines that came with the answer: `answered` is called before the next one, without a result
   * where the CLI refuses.
   */
  call(
    method: string,
    params: JsonObject,
    answered: Waiting['answered'] = () => undefined,
  ): Promise<JsonObject> {
    this.#last += 1;
    const id = String(this.#last);
    const waiting = { ...Promise.withResolvers<JsonObject>(), answered };
    this.#waiting.set(id, waiting);
    this.#options.cli.writeLine({ ...this.#options.request, id, method, params });
    const gone = this.#options.cli.exited.then(() => {
      throw new CliGone(`it ended before it answered ${method}`);
    });
    gone.catch(() => undefined);
    return Promise.race([waiting.promise, gone]);
  }

  notify(method: string): void {
    this.#options.cli.writeLine({ ...this.#options.request, method });
  }

  #hear(line: string): void {
    const message = parseObject(line);
    if (message === undefined) {
      this.#options.onGarbage(line);
      return;
    }
    const method = textOf(message.method);
    const params = objectOf(message.params);
    if (method === '') {
      this.#answered(message);
      return;
    }
    if (message.id === undefined) this.#options.onNotification(method, params);
    else void this.#asked(message.id, method, params);
  }

  #answered({ id, error, result }: JsonObject): void {
    const waiting = this.#waiting.get(String(id));
    if (waiting === undefined) return;
    this.#waiting.delete(String(id));
    const refused = error !== undefined && error !== null;
    waiting.answered(refused ? undefined : objectOf(result));
    if (!refused) waiting.resolve(objectOf(result));
    else waiting.reject(new Error(textOf(objectOf(error).message) || JSON.stringify(error)));
  }

  async #asked(id: unknown, method: string, params: JsonObject): Promise<void> {
    const { cli, response, onRequest } = this.#options;
    const result = await onRequest(method, params);
    const known = result !== undefined;
    const error = { code: -32601, message: `${method} is not supported` };
    cli.writeLine({ ...response, id, ...(known ? { result } : { error }) });
  }
}
