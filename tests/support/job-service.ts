import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { ExecutionContext } from 'ava';
import { type ToolDeclaration, toolDeclaration } from '../../schemas/tool-declaration.ts';

const KEY = 'a key of nobody';
process.env.TEST_SHIP_KEY = KEY;

/** A request that a service was sent. */
export interface ServiceRequest {
  method: string;
  path: string;
  body: string;
  job: string;
  signed: boolean;
}

export type Answer = (
  response: ServerResponse,
  request: IncomingMessage,
  body: string,
) => void | Promise<void>;

/** A real server, whose answers are given one after the other; the last one again and again. */
export async function jobService(t: ExecutionContext, answers: Answer[]) {
  const heard: ServiceRequest[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const { method = '', url: path = '', headers } = request;
    const signed = [headers['x-orchestrator-time'], method, path, body].join('\n');
    const signature = `sha256=${createHmac('sha256', KEY).update(signed).digest('hex')}`;
    heard.push({
      method,
      path,
      body,
      job: String(headers['idempotency-key']),
      signed: headers['x-orchestrator-signature'] === signature,
    });
    const next = answers.length > 1 ? answers.shift() : answers[0];
    await next?.(response, request, body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.closeAllConnections());
  t.teardown(() => server.close());
  // It listens on a port.
  const { port } = server.address() as AddressInfo;
  return { server, heard, url: `http://127.0.0.1:${port}/jobs` };
}

export const jsonAnswer =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };

/** The connection ends before an answer. */
export const brokenAnswer: Answer = (_response, request) => void request.socket.destroy();

/** A declared tool whose jobs a service does. */
export const servedTool = (
  url: string,
  executor: Record<string, unknown> = {},
  own: Record<string, unknown> = {},
): ToolDeclaration =>
  toolDeclaration.parse({
    name: 'ship',
    summary: 'Ships it.',
    input: { properties: { to: {} } },
    executor: { kind: 'http', url, secret: 'TEST_SHIP_KEY', poll: '100ms', ...executor },
    ...own,
  });
