import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import test from 'ava';
import { eraseSubject } from '../../core/log/erase-messages.ts';
import { ERASING, requireNoErasure } from '../../core/log/erasure-mark.ts';
import { sealLog } from '../../core/seal/seal-log.ts';
import { inStreams } from '../core/erase/in-streams.ts';
import { ADA, BEN, TwoPeople } from '../core/erase/two-people.ts';
import { history, ofType } from '../support/history.ts';
import { startTestNats } from '../support/nats.ts';
import { programOf } from '../support/programs.ts';
import { environment } from '../support/system.ts';

const EVE = { channel: 'telegram', userId: '9560034567' };

test('an erasure that is killed, whenever that is, is gone on with by the same command, and comes to the same end', async (t) => {
  const nats = await startTestNats(t);
  const people = new TwoPeople(nats.log);
  await people.life('agent-00000000000e', EVE, 'OTHER');
  await people.life('agent-00000000000a', ADA, 'SECRET');
  await people.life('agent-00000000000b', BEN, 'OPEN');
  await sealLog(nats.connection);
  const { url, operatorCreds, dataDir } = nats;
  const own = { ORCHESTRATOR_NATS_URL: url, ORCHESTRATOR_CREDS: operatorCreds };
  const env = environment(dataDir, own);
  const begin = ({ channel, userId }: typeof ADA) => {
    const args = [programOf('orchestrator'), 'erase', `${channel}/${userId}`, '--yes'];
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    return { child, ended: once(child, 'close'), said: text(child.stderr) };
  };
  const measured = performance.now();
  const first = begin(EVE);
  t.deepEqual(await first.ended, [0, null], await first.said);
  const wholeMs = performance.now() - measured;
  const open = await inStreams(nats, 'OPEN');
  t.true((await inStreams(nats, 'SECRET')).length > 5);

  let halfWay = 0;
  for (let part = 0.5; ; part += 0.07) {
    const { child, ended, said } = begin(ADA);
    const timer = setTimeout(() => child.kill('SIGKILL'), part * wholeMs);
    const [code] = await ended;
    clearTimeout(timer);
    if (code !== null) {
      // One that was killed behind its last step left nobody to be erased.
      t.true(code === 0 || /ORC_BAD_INPUT/.test(await said), await said);
      break;
    }
    halfWay += await requireNoErasure(nats.connection.nc).then(
      () => 0,
      () => 1,
    );
  }
  t.true(halfWay > 0, 'it was killed within, too');
  t.deepEqual(await inStreams(nats, 'SECRET'), []);
  t.deepEqual(await inStreams(nats, 'OPEN'), open, 'what is of others stays');
  await t.notThrowsAsync(() => requireNoErasure(nats.connection.nc));
  t.is(await eraseSubject(nats.connection, 'SEALS', ERASING), 0);
  t.is(ofType(await history(nats.log), 'log.erased').length, 2, 'each is stated once');
});
