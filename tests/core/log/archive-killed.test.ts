import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import test from 'ava';
import { archiveCatalogue } from '../../../core/log/archive-catalogue.ts';
import { archiveAll } from '../../support/archive-events.ts';
import { startTestNats, type TestNats } from '../../support/nats.ts';
import { collect, message } from './events.ts';

const PROGRAM = join(import.meta.dirname, 'fixtures', 'archive-process.ts');
const COUNT = 300;

/** Archives in a process of its own, which is killed at its nth step; whether it came so far. */
async function killedAt(nth: number, { url, operatorCreds }: TestNats): Promise<boolean> {
  const child = spawn(process.execPath, [PROGRAM, url, operatorCreds], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  let steps = 0;
  for await (const _line of createInterface({ input: child.stdout })) {
    steps += 1;
    if (steps === nth) child.kill('SIGKILL');
  }
  await exited;
  return steps >= nth;
}

test('an archiver that is killed again and again, and a server with it, lose and repeat nothing', async (t) => {
  const nats = await startTestNats(t);
  const { log, connection } = nats;
  for (let at = 0; at < COUNT; at += 1) {
    await log.append(message(`m-${at}`, 'x'.repeat(300)));
  }
  let killed = 0;
  for (const nth of [1, 2, 3, 4, 5]) {
    killed += (await killedAt(nth, nats)) ? 1 : 0;
    if (nth !== 3) continue;
    await nats.kill();
    await nats.restart();
    await connection.connected(30_000);
  }
  t.true(killed >= 3);
  await archiveAll(connection);
  const ids: (string | undefined)[] = [];
  const read = await collect(log.read({ stream: 'EVENTS', from: { sequence: 1 } }));
  for (const each of read) ids.push(each.header('ce-id'));
  t.is(new Set(ids).size, ids.length, 'nothing twice');
  t.true(
    read.every(({ sequence }, index) => sequence === index + 1),
    'without a gap',
  );
  const told = ids.filter((id) => id?.startsWith('m-'));
  t.deepEqual(
    told,
    Array.from({ length: COUNT }, (_, index) => `m-${index}`),
  );
  const { segments } = await archiveCatalogue(connection.nc);
  t.is(ids.filter((id) => id?.startsWith('log.archived:')).length, segments.length);
});
