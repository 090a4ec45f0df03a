import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { ExecutionContext } from 'ava';
import { anthropicApi } from './anthropic.ts';
import { geminiApi } from './gemini.ts';
import type { ModelReply, ModelRequest, ModelScript } from './model-request.ts';
import { object } from './model-request.ts';
import { openaiResponsesApi } from './openai-responses.ts';
import { answersEach } from './scripts.ts';
import { shellCall } from './shell-call.ts';
import type { ModelApi, WireReply } from './wire.ts';

const APIS: readonly ModelApi[] = [anthropicApi, openaiResponsesApi, geminiApi];

/**
 * A model on this machine that does what a script says, over the real APIs: Anthropic Messages, OpenAI
 * Responses and Gemini, streaming or not. Nothing of it is a mock of a client: the real CLIs talk to it.
 */
export class ModelServer {
  /** Says what the model does; may be replaced at any time. */
  script: ModelScript = answersEach;
  /** Every conversation request so far. */
  readonly requests: ModelRequest[] = [];
  /** Told of each as it comes. */
  heard: (request: ModelRequest) => void = () => undefined;
  readonly #server = createServer((request, response) => {
    this.#serve(request, response).catch(() => response.destroy());
  });
  #replies = 0;

  /** @param address of this machine; for agents in containers, the gateway of their network */
  static async start(
    t: Pick<ExecutionContext, 'teardown'>,
    address = '127.0.0.1',
  ): Promise<ModelServer> {
    const server = new ModelServer();
    server.#server.listen(0, address);
    await once(server.#server, 'listening');
    t.teardown(() => {
      server.#server.closeAllConnections();
      server.#server.close();
    });
    return server;
  }

  get url(): string {
    // It listens on a port, so it has an address of this kind.
    const { address, port } = this.#server.address() as AddressInfo;
    return `http://${address}:${port}`;
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = incoming.url ?? '';
    const [bare = ''] = path.split('?');
    const api = APIS.find((one) => one.handles(bare));
    const body = await text(incoming);
    if (api === undefined || incoming.method !== 'POST') return json(response, 404, {});
    const shortcut = api.shortcut(bare);
    if (shortcut !== undefined) return json(response, 200, shortcut);
    const headers = Object.fromEntries(
      Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
    );
    const request = api.parse(bare, object(JSON.parse(body)), headers);
    this.requests.push(request);
    this.heard(request);
    await this.#reply(api, request, this.script(request), response);
  }

  async #reply(
    api: ModelApi,
    request: ModelRequest,
    reply: ModelReply,
    response: ServerResponse,
  ): Promise<void> {
    switch (reply.do) {
      case 'wait': {
        const gone = once(response, 'close');
        await Promise.race([reply.until, gone]);
        if (!response.destroyed) await this.#reply(api, request, reply.next, response);
        return;
      }
      case 'refuse':
        // OpenCode waited 75 s in all; Droid and Gemini go by their own times, whatever they are told.
        if (reply.status === 429) response.setHeader('retry-after-ms', '100');
        return json(response, reply.status, api.error(reply.type, reply.message, reply.status));
      case 'garbage':
        response.writeHead(200, { 'content-type': 'text/event-stream' }).end(reply.body);
        return;
      case 'cut': {
        const [first = ''] = api.events(this.#wireReply({ text: reply.text }), request);
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(first, () => response.destroy());
        return;
      }
      case 'nonsense':
        return this.#send(api, request, { call: { tool: 'no_such_tool', input: 7 } }, response);
      case 'say':
        return this.#send(api, request, { text: reply.text }, response);
      case 'shell': {
        const call = shellCall(request.tools, reply.command, reply.unsandboxed);
        const said = call === undefined ? { text: 'There is no shell.' } : { call };
        return this.#send(api, request, said, response);
      }
    }
  }

  #wireReply(reply: Partial<WireReply>): WireReply {
    this.#replies += 1;
    return { id: `call_${String(this.#replies).padStart(6, '0')}`, text: '', ...reply };
  }

  #send(
    api: ModelApi,
    request: ModelRequest,
    reply: Partial<WireReply>,
    response: ServerResponse,
  ): void {
    const wire = this.#wireReply(reply);
    if (!request.stream) {
      json(response, 200, api.whole(wire, request));
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    for (const event of api.events(wire, request)) response.write(event);
    response.end();
  }
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
