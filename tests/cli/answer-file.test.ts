import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { headers } from '@nats-io/transport-node';
import test from 'ava';
import { readNamedFile } from '../../core/log/read-named-file.ts';
import { plainFileName } from '../../platform/files/file-store.ts';
import { readFileOf } from '../../platform/files/read-file.ts';
import { agentShell } from '../support/agent-shell.ts';
import { history, ofType } from '../support/history.ts';
import { temporaryFolder } from '../support/nats.ts';
import { oneLine, runHere } from './run-here.ts';

test('a file goes with an answer, whole, in pieces that a broker takes', async (t) => {
  const { env, nats, agentId } = await agentShell(t);
  const path = join(await temporaryFolder(t), 'report.bin');
  const bytes = Buffer.alloc(1_300_000, 'abcdefg');
  await writeFile(path, bytes);

  const { code, stdout } = await runHere(['answer', '--file', path, 'Here it is.'], env);

  t.is(code, 0);
  t.is(stdout, '');
  const [answer] = ofType(await history(nats.log), 'response.answer');
  const file = answer?.data.file;
  if (file === undefined) return t.fail();
  t.like(file, { name: 'report.bin', size: bytes.length, pieces: 3 });
  t.deepEqual(await readFileOf(nats.log, agentId, file), bytes);
  t.is(await readFileOf(nats.log, agentId, { ...file, size: 1 }), undefined, 'not what was said');
  t.is(await readFileOf(nats.log, agentId, { ...file, fileId: 'gone' }), undefined);
});

test('what is no piece of a file does not stand in its way', async (t) => {
  const { env, nats, agentId } = await agentShell(t);
  const path = join(await temporaryFolder(t), 'report.bin');
  await writeFile(path, 'the report');
  await runHere(['answer', '--file', path, 'Here it is.'], env);
  const [answer] = ofType(await history(nats.log), 'response.answer');
  const file = answer?.data.file;
  if (file === undefined) return t.fail();
  const other = { ...file, fileId: 'other' };
  const publish = (piece: string, payload: string) => {
    const message = headers();
    message.set('ce-piece', piece);
    const subject = `agents.${agentId}.file.other`;
    return nats.connection.nc.request(subject, payload, { headers: message, timeout: 5_000 });
  };
  for (const piece of ['garbage', '-1', '1', '']) await publish(piece, 'no piece');
  await publish('0', 'the report');

  t.is(String(await readFileOf(nats.log, agentId, other)), 'the report');
});

test('a file without a text has its name for one, and stdin is not waited for', async (t) => {
  const { env, nats } = await agentShell(t);
  const path = join(await temporaryFolder(t), 'empty.txt');
  await writeFile(path, '');

  t.is((await runHere(['answer', '--file', path], env)).code, 0);

  const [answer] = ofType(await history(nats.log), 'response.answer');
  t.is(answer?.data.text, 'empty.txt');
  t.like(answer?.data.file, { size: 0, pieces: 0 });
});

test('a file that is not there, or too large, is one line, and nothing is said', async (t) => {
  const { env, nats } = await agentShell(t);
  const large = join(await temporaryFolder(t), 'large');
  await writeFile(large, '');
  await truncate(large, 50 * 1024 * 1024 + 1);

  const none = await runHere(['answer', '--file', '/nowhere/at/all', 'x'], env);
  const tooLarge = await runHere(['answer', '--file', large, 'x'], env);

  t.is(none.code, 1);
  t.regex(none.stderr, oneLine('ORC_FILE'));
  t.is(tooLarge.code, 2);
  t.regex(tooLarge.stderr, oneLine('ORC_TOO_LARGE'));
  t.is(ofType(await history(nats.log), 'response.answer').length, 0);
});

test('F11: what is no file with an end is refused at once, in one line, and nothing is said', async (t) => {
  const { env, nats } = await agentShell(t);
  const folder = await temporaryFolder(t);
  const [fifo, gone] = [join(folder, 'fifo'), join(folder, 'gone')];
  execFileSync('mkfifo', [fifo]);
  await symlink('nowhere', gone);

  for (const path of [fifo, '/dev/zero', '/dev/tty', folder, '/proc/self/status', gone]) {
    const before = performance.now();
    const { code, stderr } = await runHere(['answer', '--file', path, 'x'], env);
    t.is(code, 1, path);
    t.regex(stderr, oneLine('ORC_FILE'), path);
    t.true(performance.now() - before < 5_000, path);
  }
  t.is(ofType(await history(nats.log), 'response.answer').length, 0);
});

test('F11: a file that grows while it is read is not read on', async (t) => {
  const file = join(await temporaryFolder(t), 'log');
  await writeFile(file, Buffer.alloc(1024 * 1024));
  // It writes without a pause, and between two looks at the file in any case.
  const growing = spawn('bash', ['-c', 'while :; do echo more; done >> "$1"', 'bash', file]);
  t.teardown(() => growing.kill('SIGKILL'));
  await once(growing, 'spawn');
  let refused = readNamedFile(file, 1024 ** 3);
  for (let tries = 0; refused.ok && tries < 1_000; tries += 1) {
    refused = readNamedFile(file, 1024 ** 3);
  }
  growing.kill('SIGKILL');

  t.like(refused, { ok: false, reason: 'it changed while it was read, or has no size of its own' });
});

test('F11: credentials that are no file are one line too, within the time-out', async (t) => {
  const { env } = await agentShell(t);
  const fifo = join(await temporaryFolder(t), 'fifo');
  execFileSync('mkfifo', [fifo]);

  for (const path of [fifo, '/dev/zero']) {
    const { code, stderr } = await runHere(['answer', 'x'], { ...env, ORCHESTRATOR_CREDS: path });
    t.is(code, 3);
    t.regex(stderr, oneLine('ORC_CREDS'));
  }
});

test('any name becomes a plain one', (t) => {
  t.is(plainFileName('../../.ssh/keys'), 'keys');
  t.is(plainFileName('C:\\temp\\a b.txt'), 'a b.txt');
  t.is(plainFileName('..'), 'file');
  t.is(plainFileName('.hidden'), 'hidden');
  t.is(plainFileName('a\u202e\n\u2028b'), 'ab');
  t.is(plainFileName(`${'x'.repeat(300)}.pdf`).length, 100);
  const long = plainFileName(`${'文😀'.repeat(85)}.pdf`);
  t.regex(long, /^😀?(文😀)+\.pdf$/u, 'E7: cut in bytes, with every character whole');
  t.true(Buffer.byteLength(long) <= 120);
});
