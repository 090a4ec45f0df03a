import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import type { HttpRoute } from '../../../../schemas/http/http-route.ts';
import { HTTP_ROUTES, type RouteName } from '../../../../schemas/http/http-routes.ts';
import { problem } from '../../../../schemas/http/problem.ts';
import type { TestSystem } from '../../../support/system.ts';

type Routes = typeof HTTP_ROUTES;
type AnswerOf<N extends RouteName> = Routes[N] extends { answer: infer S extends z.ZodType }
  ? z.output<S>
  : never;

export interface Asked {
  params?: Record<string, string>;
  query?: Record<string, string | number>;
  body?: unknown;
  headers?: Record<string, string>;
}

/** Asks the API of a data folder, and holds each answer to what its route says. */
export class ApiClient {
  readonly url: string;
  readonly #token: string | undefined;

  constructor(url: string, token?: string) {
    this.url = url;
    this.#token = token;
  }

  /** Of a system that serves. */
  static async of(
    { dataDir, serves }: Pick<TestSystem, 'dataDir' | 'serves'>,
    token?: string,
  ): Promise<ApiClient> {
    await serves;
    const url = await readFile(join(dataDir, 'http', 'url'), 'utf8');
    return new ApiClient(url.trim(), token);
  }

  /** The bare answer. */
  fetch(name: RouteName, { params = {}, query = {}, body, headers = {} }: Asked = {}) {
    const { method, path }: HttpRoute = HTTP_ROUTES[name];
    const filled = path.replaceAll(/\{(\w+)\}/g, (_all, part) =>
      encodeURIComponent(params[part] ?? ''),
    );
    const search = new URLSearchParams(
      Object.entries(query).map(([key, value]): [string, string] => [key, String(value)]),
    );
    const isBytes = body instanceof Uint8Array;
    const type = isBytes ? 'application/octet-stream' : 'application/json';
    return fetch(`${this.url}${filled}?${search}`, {
      method,
      headers: {
        ...(body !== undefined && { 'content-type': type }),
        ...(this.#token !== undefined && { authorization: `Bearer ${this.#token}` }),
        ...headers,
      },
      ...(body !== undefined && { body: isBytes ? Buffer.from(body) : JSON.stringify(body) }),
    });
  }

  /** What it answers where all goes well, with its status. */
  async ask<N extends RouteName>(name: N, asked: Asked = {}) {
    const response = await this.fetch(name, asked);
    const text = await response.text();
    if (!response.ok) throw new Error(`${name}: ${response.status} ${text}`);
    const route: HttpRoute = HTTP_ROUTES[name];
    const body = route.answer?.parse(JSON.parse(text));
    // Parsed by the schema of this very route.
    return { status: response.status, body: body as AnswerOf<N> };
  }

  /** The problem that it answers with. */
  async problem(name: RouteName, asked: Asked = {}) {
    const response = await this.fetch(name, asked);
    const type = response.headers.get('content-type');
    if (!type?.startsWith('application/problem+json')) {
      throw new Error(`${name}: ${response.status} ${await response.text()}`);
    }
    return problem.strict().parse(await response.json());
  }
}
