import packageJson from '../../../package.json' with { type: 'json' };
import { Relayed } from '../answers.ts';
import type { ApiContext } from '../api-context.ts';
import type { Call } from '../route-call.ts';
import type { McpProtocol } from './mcp-protocol.ts';

/** `/mcp`: loads what answers models when the first asks (docs/decisions/0142-an-mcp-server.md). */
export class McpEndpoint {
  readonly #api: () => ApiContext;
  #protocol: Promise<McpProtocol> | undefined;

  /** @param api is asked for when the first request is there */
  constructor(api: () => ApiContext) {
    this.#api = api;
  }

  async answer({ raw, body, scope = 'read', traceparent, signal }: Call<'mcp'>): Promise<Relayed> {
    this.#protocol ??= this.#load();
    const protocol = await this.#protocol;
    const { method, url, headers } = raw;
    const request = new Request(new URL(url, 'http://localhost'), {
      method,
      headers: Object.entries(headers).map(([name, value]): [string, string] => [
        name,
        [value].flat().join(', '),
      ]),
      signal,
    });
    const message = method === 'POST' ? body : undefined;
    return new Relayed(await protocol.answer(request, message, { scope, traceparent, signal }));
  }

  async #load(): Promise<McpProtocol> {
    const api = this.#api();
    const [{ mcpProtocol }, { McpService }] = await Promise.all([
      import('./mcp-protocol.ts'),
      import('./mcp-service.ts'),
    ]);
    const protocol = mcpProtocol(new McpService(api), packageJson.version);
    const close = () => void protocol.close();
    api.signal.addEventListener('abort', close, { once: true });
    return protocol;
  }
}
