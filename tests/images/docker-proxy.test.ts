import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import Docker from 'dockerode';
import { type BaseImages, baseImages } from '../support/docker/base-images.ts';
import { type DockerEngine, docker } from '../support/docker/docker-cli.ts';
import { dockerEngine } from '../support/docker/engine.ts';

const CONFIG = join(import.meta.dirname, '..', '..', 'images', 'docker-proxy');
const SOCKET = '/var/run/docker.sock';
const BUILD_MS = 10 * 60_000;
const START_MS = 30_000;
const UNKNOWN = 'orchestrator-test-no-such-container';

const engine = await dockerEngine();
// The door is to a socket of this machine.
const withDocker = engine?.host === `unix://${SOCKET}` ? test : test.skip;
let port = 0;
let proxy = '';
let images: BaseImages;

test.before(async (t) => {
  t.timeout(BUILD_MS);
  if (engine === undefined) return;
  images = await baseImages(engine);
  const mounts = ['-v', `${CONFIG}:/etc/docker-proxy:ro`, '-v', `${SOCKET}:${SOCKET}`];
  const locked = [
    '--user=0:0',
    '--read-only',
    '--tmpfs=/tmp',
    '--cap-drop=ALL',
    '--cap-add=SETGID',
  ];
  const denied = ['--security-opt=no-new-privileges', '--entrypoint=nginx'];
  const args = ['run', '-d', '--rm', '-p', '127.0.0.1::2375', ...locked, ...denied];
  const command = [images.NGINX_IMAGE, '-c', '/etc/docker-proxy/nginx.conf'];
  proxy = (await docker(engine, [...args, ...mounts, ...command])).trim();
  port = Number((await docker(engine, ['port', proxy, '2375'])).split(':').at(-1));
  await answers();
});

test.after.always(async () => {
  if (engine !== undefined && proxy !== '') await docker(engine, ['rm', '--force', proxy]);
});

async function answers(): Promise<void> {
  const end = Date.now() + START_MS;
  for (;;) {
    const status = await statusOf('GET', '/_ping').catch(() => 0);
    if (status === 200) return;
    if (Date.now() > end) throw new Error(`the proxy does not answer (status ${status})`);
    await delay(100);
  }
}

async function statusOf(method: string, path: string): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method });
  await response.arrayBuffer();
  return response.status;
}

const ALLOWED: [method: string, path: string][] = [
  ['GET', '/_ping'],
  ['HEAD', '/_ping'],
  ['GET', '/v1.41/version'],
  ['GET', '/v1.41/info'],
  ['GET', '/containers/json?all=1'],
  ['GET', `/v1.41/containers/${UNKNOWN}/json`],
  ['GET', `/containers/${UNKNOWN}/logs?stdout=1`],
  ['HEAD', `/containers/${UNKNOWN}/archive?path=/`],
  ['PUT', `/containers/${UNKNOWN}/archive?path=/`],
  ['POST', `/containers/${UNKNOWN}/start`],
  ['POST', `/containers/${UNKNOWN}/kill?signal=TERM`],
  ['POST', `/containers/${UNKNOWN}/wait`],
  ['POST', `/containers/${UNKNOWN}/pause`],
  ['POST', `/containers/${UNKNOWN}/unpause`],
  ['DELETE', `/v1.41/containers/${UNKNOWN}?force=1`],
  ['GET', '/volumes'],
  ['GET', `/volumes/${UNKNOWN}`],
  ['DELETE', `/volumes/${UNKNOWN}`],
  ['POST', '/volumes/create?Name=/'],
  ['GET', '/networks'],
  ['GET', `/networks/${UNKNOWN}`],
  ['GET', '/images/registry.example:5000/some/image:tag/json'],
  ['POST', '/v1.41/containers/agent-0123456789ab/exec'],
  ['POST', `/exec/${'0'.repeat(64)}/start`],
  ['GET', `/v1.41/exec/${'0'.repeat(64)}/json`],
];

for (const [method, path] of ALLOWED) {
  withDocker(`the engine itself answers ${method} ${path}`, async (t) => {
    t.not(await statusOf(method, path), 403);
  });
}

const DENIED: [method: string, path: string][] = [
  ['POST', `/containers/${UNKNOWN}/exec`],
  ['POST', `/containers/${'0'.repeat(64)}/exec`],
  ['POST', '/containers/agent-0123456789ab-mailbox/exec'],
  ['POST', '/containers/agent-0123456789ab/exec/more'],
  ['POST', '/exec/0/start'],
  ['POST', `/exec/${'0'.repeat(64)}/resize`],
  ['POST', '/v1.41/build'],
  ['POST', '/commit?container=x'],
  ['POST', '/images/create?fromImage=x'],
  ['GET', '/images/json'],
  ['DELETE', '/images/x'],
  ['POST', '/swarm/init'],
  ['GET', '/secrets'],
  ['GET', '/plugins'],
  ['POST', '/session'],
  ['POST', '/containers/prune'],
  ['POST', '/volumes/prune'],
  ['DELETE', `/networks/${UNKNOWN}`],
  ['POST', `/containers/${UNKNOWN}/update`],
  ['GET', `/containers/${UNKNOWN}/export`],
  ['PUT', '/containers/json'],
  ['GET', '/containers/x%2f..%2f..%2fimages/json'],
  ['GET', '//images/json'],
  ['GET', '/v1.41/v1.41/images/json'],
  ['GET', '/images/../secrets/json'],
  ['GET', '/'],
];

for (const [method, path] of DENIED) {
  withDocker(`the door stays shut for ${method} ${path}`, async (t) => {
    t.is(await raw(method, path), 403);
  });
}

/** Sent as it stands: `fetch` would tidy the path up first. */
async function raw(method: string, path: string): Promise<number> {
  const { connect } = await import('node:net');
  const socket = connect(port, '127.0.0.1');
  socket.end(`${method} ${path} HTTP/1.1\r\nHost: engine\r\nConnection: close\r\n\r\n`);
  const [answer] = await once(socket, 'data');
  socket.destroy();
  return Number(/^HTTP\/1\.1 (\d+)/.exec(String(answer))?.[1]);
}

withDocker('an attached stdin and its output pass, and the end of each side too', async (t) => {
  const client = new Docker({ protocol: 'http', host: '127.0.0.1', port });
  const container = await client.createContainer({
    Image: images.NATS_IMAGE,
    Entrypoint: ['/bin/cat'],
    OpenStdin: true,
    StdinOnce: true,
    Tty: true,
    HostConfig: { NetworkMode: 'none', AutoRemove: true },
  });
  const attach = { stream: true, stdin: true, stdout: true, hijack: true };
  const stream = await container.attach(attach);
  await container.start();
  let heard = '';
  stream.on('data', (chunk) => {
    heard += chunk;
  });
  const ended = once(stream, 'end');

  stream.write('hello\n');
  while (!heard.includes('hello\r\nhello\r\n')) await once(stream, 'data');
  // ^D: a terminal’s end of input.
  stream.write('\x04');
  await ended;

  t.regex(heard, /hello\r\nhello/);
});

withDocker('what was denied is written down, and what was allowed is not', async (t) => {
  await statusOf('GET', '/version');
  await statusOf('POST', '/build?a=written-down');
  const here = engine as DockerEngine; // Only tests with an engine come here.
  let said = '';
  while (!said.includes('written-down')) said = await docker(here, ['logs', proxy]);
  t.regex(said, /denied POST \/build\?a=written-down/);
  t.notRegex(said, /\/version/);
});
