import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import test from 'ava';
import { processIdentity } from '../../../platform/service/process-identity.ts';
import { isRunning, signalGroup } from '../../../spawner/runtime/local/process-identity.ts';

const identityOf = (pid: number) => processIdentity(pid) ?? '';

test('a process runs while it lives, and a zombie does not', async (t) => {
  // bash becomes a `cat`, which never asks how the child ended that bash left it.
  const parent = spawn('bash', ['-c', 'cat <&3 >/dev/null & echo $!; exec cat 3<&-'], {
    stdio: ['pipe', 'pipe', 'ignore', 'pipe'],
  });
  t.teardown(() => parent.kill('SIGKILL'));
  const { stdin, stdout: out, stdio } = parent;
  if (!stdin || !out) return t.fail('no pipes');
  const zombie = Number(String((await once(out, 'data'))[0]));
  stdin.write('are you cat?');
  await once(out, 'data');
  t.true(isRunning({ pid: zombie, identity: identityOf(zombie) }));
  stdio[3]?.destroy();
  const state = async () => (await readFile(`/proc/${zombie}/stat`, 'utf8')).split(') ')[1]?.[0];
  while ((await state()) !== 'Z');

  const [boot] = identityOf(process.pid).split('/');
  const stat = await readFile(`/proc/${zombie}/stat`, 'utf8');
  const identity = `${boot}/${stat.split(') ')[1]?.split(' ')[19]}`;
  t.false(isRunning({ pid: zombie, identity }));
  t.true(isRunning({ pid: process.pid, identity: identityOf(process.pid) }));
});

test('the same pid and start time after another boot is another process', (t) => {
  const [, startTime] = identityOf(process.pid).split('/');
  const identity = `00000000-0000-0000-0000-000000000000/${startTime}`;
  t.false(isRunning({ pid: process.pid, identity }));
});

test('a pid that nobody has is no process', (t) => {
  t.false(isRunning({ pid: 2 ** 30, identity: identityOf(process.pid) }));
  t.notThrows(() => signalGroup({ pid: 2 ** 30, identity: '' }, 'SIGKILL'));
});

test('a group whose leader is another process by now is not signalled', async (t) => {
  const stranger = spawn('cat', { detached: true, stdio: ['pipe', 'pipe', 'ignore'] });
  const { pid } = stranger;
  if (pid === undefined) return t.fail('cat did not start');
  t.teardown(() => stranger.kill('SIGKILL'));
  signalGroup({ pid, identity: 'some-boot/1' }, 'SIGKILL');
  stranger.stdin.write('alive');
  t.is(String((await once(stranger.stdout, 'data'))[0]), 'alive');

  signalGroup({ pid, identity: identityOf(pid) }, 'SIGKILL');
  t.deepEqual(await once(stranger, 'exit'), [null, 'SIGKILL']);
});
