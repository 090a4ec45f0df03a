import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { ExecutionContext } from 'ava';
import { runProgram } from '../../../bootstrap/run-program.mjs';
import { installPackages, mayInstall } from './machine.ts';

const PORT = 7000;
const SERVE = `require('node:net')
  .createServer((socket) => socket.end('hello\\n'))
  .listen(${PORT}, () => console.log('ready'))`;

/**
 * A host that is not this machine, as far as routing can tell: a network namespace behind a virtual
 * cable, with something that listens. Gone with the test.
 */
export async function outsideHost(
  t: Pick<ExecutionContext, 'teardown'>,
): Promise<{ address: string; port: number }> {
  if (mayInstall()) await installPackages(['iproute2']);
  const number = randomInt(256);
  const [name, near, far] = [`orch${number}`, `orch${number}a`, `orch${number}b`];
  const [gateway, address] = [`10.213.${number}.1`, `10.213.${number}.2`];
  await ip('netns', 'add', name);
  t.teardown(() => ip('netns', 'delete', name));
  await ip('link', 'add', near, 'type', 'veth', 'peer', 'name', far, 'netns', name);
  await ip('address', 'add', `${gateway}/24`, 'dev', near);
  await ip('link', 'set', near, 'up');
  await ip('-n', name, 'address', 'add', `${address}/24`, 'dev', far);
  await ip('-n', name, 'link', 'set', far, 'up');
  const command = ['netns', 'exec', name, process.execPath, '-e', SERVE];
  const server = spawn('ip', command, { stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(() => server.kill('SIGKILL'));
  await once(createInterface(server.stdout), 'line');
  return { address, port: PORT };
}

async function ip(...args: string[]): Promise<void> {
  const outcome = await runProgram('ip', args);
  if (!outcome.ok) throw new Error(`ip ${args.join(' ')}: ${outcome.stderr}`);
}
