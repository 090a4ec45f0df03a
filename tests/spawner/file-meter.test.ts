import { headers } from '@nats-io/transport-node';
import test, { type ExecutionContext } from 'ava';
import { pino } from 'pino';
import { storeFile } from '../../platform/files/file-store.ts';
import { FileMeter } from '../../spawner/file-meter.ts';
import { startTestNats, type TestNats } from '../support/nats.ts';

const [ONE, OTHER] = ['agent-00000000000a', 'agent-00000000000b'];

/** With what tells when it has counted something. */
function meterOf(t: ExecutionContext, { log }: TestNats) {
  const changed: string[] = [];
  let wake = () => {};
  const onChange = (agentId: string) => {
    changed.push(agentId);
    wake();
  };
  const meter = new FileMeter({ log, logger: pino({ level: 'silent' }), onChange });
  t.teardown(() => meter.stop());
  const until = async (isSo: () => boolean) => {
    while (!isSo()) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return { meter, changed, until };
}

const store = (nats: TestNats, agentId: string, fileId: string, size: number) =>
  storeFile(nats.connection.nc, agentId, { fileId, name: 'f', bytes: new Uint8Array(size) });

test('files are counted from the first one kept, and as they come; those of others are not', async (t) => {
  const nats = await startTestNats(t);
  await store(nats, ONE, 'file-1', 1_000_000);
  await store(nats, OTHER, 'file-2', 1_000_000);
  const { meter, changed, until } = meterOf(t, nats);
  t.is(meter.usage(ONE), undefined, 'not known yet');
  meter.add(ONE);
  await until(() => meter.usage(ONE)?.files === 1);
  const { bytes = 0 } = meter.usage(ONE) ?? {};
  t.true(bytes > 1_000_000 && bytes < 1_001_000, String(bytes));

  await store(nats, OTHER, 'file-3', 10);
  await store(nats, ONE, 'file-4', 500);
  await until(() => meter.usage(ONE)?.files === 2);
  t.is(meter.usage(OTHER), undefined);
  t.false(changed.includes(OTHER));

  meter.add(OTHER);
  await until(() => meter.usage(OTHER)?.files === 2);
  t.is(meter.usage(ONE)?.files, 2, 'it is counted anew, and comes to the same');
  meter.remove(ONE);
  await store(nats, OTHER, 'file-5', 10);
  await until(() => meter.usage(OTHER)?.files === 3);
});

test('a piece is as large as the server says, whatever its publisher says', async (t) => {
  const nats = await startTestNats(t);
  const agent = await nats.connectAgent(ONE);
  for (const [nth, name] of ['Nats-Msg-Size', 'nats-msg-size', 'NATS-MSG-SIZE'].entries()) {
    const lie = headers();
    lie.set(name, '0');
    const subject = `agents.${ONE}.file.file-${nth}`;
    await agent.nc.request(subject, new Uint8Array(10_000), { headers: lie, timeout: 5_000 });
  }
  const { meter, until } = meterOf(t, nats);
  meter.add(ONE);
  await until(() => meter.usage(ONE) !== undefined);
  t.true((meter.usage(ONE)?.bytes ?? 0) > 30_000);
});

test('a file of endless small pieces counts as several', async (t) => {
  const nats = await startTestNats(t);
  const agent = await nats.connectAgent(ONE);
  for (let piece = 0; piece < 250; piece += 1) agent.nc.publish(`agents.${ONE}.file.file-1`, '');
  await agent.nc.flush();
  const { meter, until } = meterOf(t, nats);
  meter.add(ONE);
  await until(() => meter.usage(ONE)?.files === 3);
  t.pass();
});
