/**
 * Plays a CLI: `puppet-cli.ts <socket> <arguments>…`. It says and does what the test at the other
 * end of the socket tells it, and tells it each line of its stdin.
 */
import { once } from 'node:events';
import { closeSync } from 'node:fs';
import { connect } from 'node:net';
import process from 'node:process';
import { createInterface } from 'node:readline';
import type { FromPuppet, ToPuppet } from './puppet-wire.ts';

const [socketPath = '', ...start] = process.argv.slice(2);

const socket = connect(socketPath);
await once(socket, 'connect');
const tell = (what: FromPuppet) => socket.write(`${JSON.stringify(what)}\n`);

const { pid } = process;
// What the driver gave; the cache is of the script that starts this one.
const { NODE_COMPILE_CACHE: _, ...environment } = process.env;
tell({ start, pid, workspace: process.cwd(), environment });

createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })
  .on('line', (line) => tell({ in: line }))
  .on('close', () => tell({ in: null }));

function say(base64: string | null): void {
  if (base64 === null) closeSync(process.stdout.fd);
  else process.stdout.write(Buffer.from(base64, 'base64'));
}

createInterface({ input: socket })
  .on('line', (line) => {
    // Written by the test.
    const told = JSON.parse(line) as ToPuppet;
    if ('out' in told) say(told.out);
    else if ('err' in told) process.stderr.write(Buffer.from(told.err, 'base64'));
    else if (typeof told.exit === 'number') process.exit(told.exit);
    else process.kill(pid, told.exit);
  })
  // Nobody plays with it any more.
  .on('close', () => process.exit(1));
