import type { z } from 'zod';
import type { HTTP_ROUTES, RouteName } from '../../schemas/http/http-routes.ts';
import type { Problem } from '../../schemas/http/problem.ts';
import { Store } from './store.ts';

type Routes = typeof HTTP_ROUTES;

/** `/agents/{agent}` as `/agents/${string}`: only addresses of the table are asked. */
type PathOf<P extends string> = P extends `${infer Head}{${string}}${infer Tail}`
  ? `${Head}${string}${PathOf<Tail>}`
  : P;

export type AddressOf<N extends RouteName> = PathOf<Routes[N]['path']>;

/** What a route answers, as its schema has it. */
export type AnswerOf<N extends RouteName> = Routes[N] extends { answer: infer S extends z.ZodType }
  ? z.output<S>
  : never;

export interface Asked {
  query?: Record<string, string | number | undefined>;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
}

/** What the API refused, in its words, or that it was not reached. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly status: number;
  readonly cure: string;

  constructor({ detail, cure, status }: Pick<Problem, 'detail' | 'cure' | 'status'>) {
    super(detail);
    this.status = status;
    this.cure = cure;
  }
}

/** `token`: the API wants one. `lost`: it is not reached, or its answers do not come. */
export type Link = 'well' | 'lost' | 'token';

const TOKEN_KEY = 'orchestrator-token';

/** The API at the address of this page. The token, where one is wanted, is kept for as long as this tab is open. */
export class Api {
  readonly link = new Store<Link>('well');

  setToken(token: string): void {
    sessionStorage.setItem(TOKEN_KEY, token);
    this.link.set('well');
  }

  /** The bare answer of an address. Throws {@link ApiProblem}, and the signal's reason. */
  async fetch(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    asked: Asked = {},
  ): Promise<Response> {
    const { query = {}, body, headers = {}, signal } = asked;
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) search.set(name, String(value));
    }
    const text = search.size > 0 ? `?${search}` : '';
    const token = sessionStorage.getItem(TOKEN_KEY);
    const isBytes = body instanceof Blob;
    const response = await this.#reached(
      // Relative to the page, which may lie below a path of somebody's proxy.
      fetch(`.${path}${text}`, {
        method,
        headers: {
          ...(body !== undefined && {
            'content-type': isBytes ? 'application/octet-stream' : 'application/json',
          }),
          ...(token !== null && { authorization: `Bearer ${token}` }),
          ...headers,
        },
        ...(body !== undefined && { body: isBytes ? body : JSON.stringify(body) }),
        ...(signal && { signal }),
      }),
      signal,
    );
    if (response.ok) {
      this.link.set('well');
      return response;
    }
    const problem = await problemOf(response);
    if (problem.status === 401) this.link.set('token');
    throw problem;
  }

  async get<N extends RouteName>(
    _route: N,
    path: AddressOf<N>,
    asked: Asked = {},
  ): Promise<AnswerOf<N>> {
    const response = await this.fetch('GET', path, asked);
    // The server makes its answers by the schema of this very route.
    return (await response.json()) as AnswerOf<N>;
  }

  /** A body that is bytes is a Blob. */
  async post<N extends RouteName>(
    _route: N,
    path: AddressOf<N>,
    asked: Asked = {},
  ): Promise<AnswerOf<N>> {
    const response = await this.fetch('POST', path, { body: {}, ...asked });
    // As above.
    return (await response.json()) as AnswerOf<N>;
  }

  async #reached(answer: Promise<Response>, signal: AbortSignal | undefined): Promise<Response> {
    try {
      return await answer;
    } catch (error) {
      if (signal?.aborted) throw error;
      this.link.set('lost');
      const cure = 'It is tried again.';
      throw new ApiProblem({ detail: 'The API is not reached.', cure, status: 0 });
    }
  }
}

async function problemOf(response: Response): Promise<ApiProblem> {
  const { status } = response;
  try {
    // Whoever stands between may answer with something else.
    const { detail, cure } = (await response.json()) as Partial<Problem>;
    return new ApiProblem({ detail: detail ?? `It answered ${status}.`, cure: cure ?? '', status });
  } catch {
    return new ApiProblem({ detail: `It answered ${status}.`, cure: '', status });
  }
}

/** A fresh key by which a repeat of a request is harmless. */
export function newKey(): string {
  const random = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
