// The way out of a container that has no network, to a few places and nowhere else
// (docs/decisions/0167-a-what-if-has-no-network.md).
// `gate.mjs outside <ways>` runs in a container of its own, which has a network: it listens on sockets of a
// volume that the two share. `gate.mjs inside <ways>` runs beside the agent: what connects to a port of the
// loopback there is passed on to the socket of that port, and nothing is looked at. It prints a line when it listens.
// <ways>: {"hosts": ["api.example.com:443"], "nats": ["nats:4222"]}, of both.
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer as createHttpServer, request } from 'node:http';
import { connect, createServer } from 'node:net';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';

const FOLDER = '/run/ways';
const PROXY_PORT = 3128;
const NATS_PORT = 4222;
/** The other side may have been started a moment later; milliseconds. */
const PATIENCE_MS = 20_000;

const [side, given = '{}'] = process.argv.slice(2);
/** @type {{ hosts: string[], nats: string[] }} */
const { hosts, nats } = JSON.parse(given);

/** @param {string} name */
const socketOf = (name) => `${FOLDER}/${name}`;

/** @param {string} text */
const say = (text) => process.stdout.write(`${text}\n`);

/**
 * @param {import('node:net').Socket} one
 * @param {import('node:net').Socket} other
 */
function join(one, other) {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ]) {
    // An error is followed by the close, which ends the other side.
    from.on('error', () => undefined);
    from.on('close', () => to.destroy());
    from.pipe(to);
  }
}

/** @param {string} address */
function placeOf(address) {
  const at = address.lastIndexOf(':');
  return {
    host: address.slice(0, at).replace(/^\[|\]$/g, ''),
    port: Number(address.slice(at + 1)),
  };
}

/**
 * Is it a place to which this way leads?
 * @param {string} host
 * @param {string} port
 */
const isAllowed = (host, port) => hosts.includes(`${host.toLowerCase()}:${port}`);

function proxy() {
  const server = createHttpServer((asked, answer) => {
    const url = URL.canParse(asked.url ?? '') ? new URL(asked.url ?? '') : undefined;
    if (url?.protocol !== 'http:' || !isAllowed(url.hostname, url.port || '80')) {
      say(`refused: ${asked.method} ${url?.host ?? ''}`);
      answer.writeHead(403).end('A what-if reaches its model and nothing else.\n');
      return;
    }
    const { 'proxy-connection': _hop, ...headers } = asked.headers;
    const { hostname: host, port, pathname, search } = url;
    const path = `${pathname}${search}`;
    const passed = request({ host, port: port || 80, method: asked.method, path, headers });
    passed.on('response', (got) => {
      answer.writeHead(got.statusCode ?? 502, got.headers);
      got.pipe(answer);
    });
    passed.on('error', () => (answer.headersSent ? answer.destroy() : answer.writeHead(502).end()));
    answer.on('close', () => passed.destroy());
    asked.pipe(passed);
  });
  server.on('connect', (asked, socket, head) => {
    const { host, port } = placeOf(asked.url ?? '');
    socket.on('error', () => undefined);
    if (!isAllowed(host, String(port))) {
      say(`refused: CONNECT ${host}:${port}`);
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      return;
    }
    const outside = connect(port, host);
    outside.on('error', () => socket.destroy());
    outside.once('connect', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      outside.write(head);
      join(socket, outside);
    });
  });
  return server;
}

async function outside() {
  const ways = [
    { name: 'proxy', server: proxy() },
    ...nats.map((address, index) => {
      const { host, port } = placeOf(address);
      const server = createServer((socket) => join(socket, connect(port, host)));
      return { name: `nats-${index}`, server };
    }),
  ];
  for (const { name, server } of ways) {
    rmSync(socketOf(name), { force: true });
    server.listen(socketOf(name));
    await once(server, 'listening');
  }
}

/**
 * The other side may not listen yet.
 * @param {import('node:net').Socket} socket
 * @param {string} name
 */
async function passOn(socket, name) {
  const until = Date.now() + PATIENCE_MS;
  socket.on('error', () => undefined);
  while (!socket.destroyed) {
    const way = connect(socketOf(name));
    const isOpen = await once(way, 'connect').then(
      () => true,
      () => false,
    );
    if (isOpen) return join(socket, way);
    if (Date.now() > until) return socket.destroy();
    await delay(100);
  }
}

async function inside() {
  // What interrupts or ends the agent is not meant for its way out, which it needs to the last.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined);
  const ways = [
    { name: 'proxy', port: PROXY_PORT },
    ...nats.map((_, index) => ({ name: `nats-${index}`, port: NATS_PORT + index })),
  ];
  for (const { name, port } of ways) {
    const server = createServer((socket) => void passOn(socket, name));
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  }
  say('open');
}

await (side === 'inside' ? inside() : outside());
