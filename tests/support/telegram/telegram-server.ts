import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import { ownPort } from '../own-port.ts';
import { ApiError, BotApi, type Call } from './bot-api.ts';
import { readForm } from './read-form.ts';

/** What goes wrong with a call: before Telegram has done it, or after. */
export type Fault =
  | {
      kind: 'answer';
      code: number;
      description: string;
      retryAfter?: number;
      parameters?: { migrate_to_chat_id: number };
    }
  /** Answered by something that is not the Bot API, such as a proxy. */
  | { kind: 'html'; status: number; done: boolean }
  | { kind: 'cut'; done: boolean }
  | { kind: 'slow'; ms: number };

export const TOKEN = '4242:test-token';

/**
 * The Telegram Bot API on loopback, in its wire protocol: a bot's account, its chats, and whatever
 * can go wrong on the way to it
 * (docs/decisions/0024-own-telegram-emulator.md).
 */
export class TelegramServer {
  readonly api = new BotApi();
  /** Asked before every call. */
  fault: (call: Call) => Fault | undefined = () => undefined;
  readonly #changes = new EventEmitter().setMaxListeners(0);
  readonly #server = createServer((request, response) => {
    this.#serve(request, response).catch(() => response.destroy());
  });

  constructor() {
    this.api.onChange = () => this.#changes.emit('change');
  }

  async listen(port: number): Promise<void> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  get port(): number {
    // It listens on TCP.
    return (this.#server.address() as AddressInfo).port;
  }

  get root(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** A user writes, and is told what fits. */
  async exchange(user: number, text: string, reply: RegExp): Promise<void> {
    const before = this.api.chat(user).length;
    this.api.say(user, text);
    const isThere = () =>
      this.api
        .texts(user)
        .slice(before)
        .some((each) => reply.test(each));
    await this.until(isThere, `${reply} to ${text}`);
  }

  /** Resolves when something holds; looks again whenever the account has changed. */
  async until(holds: () => boolean, what: string, timeoutMs = 60_000): Promise<void> {
    const signal = AbortSignal.timeout(timeoutMs);
    while (!holds()) {
      try {
        await once(this.#changes, 'change', { signal });
      } catch {
        throw new Error(`not in ${timeoutMs} ms: ${what}`);
      }
    }
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, root, method = '', ...path] = (request.url ?? '').split('/');
    if (root === 'file') return this.#serveFile(path, response);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const payload = readForm(Buffer.concat(chunks), request.headers['content-type']);
    if (root !== `bot${TOKEN}`) return answer(response, 401, { description: 'Unauthorized' });
    const call: Call = { method, payload, at: performance.now() };
    this.api.calls.push(call);
    this.#changes.emit('change');
    const fault = this.fault(call);
    if (fault !== undefined && !(await this.#goWrong(fault, call, response))) return;
    await this.#do(call, response);
  }

  /** True where the call is done nevertheless. */
  async #goWrong(fault: Fault, call: Call, response: ServerResponse): Promise<boolean> {
    switch (fault.kind) {
      case 'slow':
        // A test that is over does not wait for it.
        await delay(fault.ms, undefined, { ref: false });
        return true;
      case 'answer': {
        const { code, description, retryAfter } = fault;
        const told = retryAfter === undefined ? {} : { retry_after: retryAfter };
        const parameters = { ...told, ...fault.parameters };
        answer(response, code, { description, parameters });
        return false;
      }
      case 'html':
        if (fault.done) await this.api.do(call, alive(response));
        response.writeHead(fault.status, { 'content-type': 'text/html' }).end('<h1>Bad</h1>');
        return false;
      case 'cut':
        if (fault.done) await this.api.do(call, alive(response));
        response.destroy();
        return false;
    }
  }

  async #do(call: Call, response: ServerResponse): Promise<void> {
    try {
      const result = await this.api.do(call, alive(response));
      answer(response, 200, { result });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      answer(response, error.code, { description: error.message });
    }
  }

  #serveFile(path: readonly string[], response: ServerResponse): void {
    const bytes = this.api.files.get(path.join('/'));
    if (bytes === undefined) response.writeHead(404).end();
    else response.writeHead(200).end(bytes);
  }
}

/** Aborts when whoever called has gone. */
function alive(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  return gone.signal;
}

function answer(response: ServerResponse, code: number, body: Record<string, unknown>): void {
  const ok = code === 200;
  const text = JSON.stringify({ ok, ...(!ok && { error_code: code }), ...body });
  response.writeHead(code, { 'content-type': 'application/json' }).end(text);
}

export async function startTelegram(
  t: Pick<ExecutionContext, 'teardown'>,
): Promise<TelegramServer> {
  const server = new TelegramServer();
  await server.listen(ownPort(t));
  t.teardown(() => server.close());
  return server;
}
