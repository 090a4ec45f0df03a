import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { askHealth } from '../../platform/service/ask-health.ts';
import { settled } from '../support/docker/engine.ts';
import { smallDisk } from '../support/small-disk.ts';
import { dataFolder, startSystem } from '../support/system.ts';
import { ANN, botEnvironment } from '../support/telegram/bot-system.ts';
import { startTelegram } from '../support/telegram/telegram-server.ts';
import { assertQuiet, RECOVERY_MS, SECONDS } from './quiet.ts';
import { LoadMeter } from './service-load.ts';

const MEGABYTES = 96;
const HEALTH_MS = 30_000;
const SERVICES = ['bot', 'projections', 'spawner'];

test('the disk of the data folder is full: services wait quietly, say so, and go on when there is room', async (t) => {
  t.timeout(120_000 + SECONDS * 1_000 + HEALTH_MS + 3 * RECOVERY_MS);
  const telegram = await startTelegram(t);
  const disk = await smallDisk(t, MEGABYTES);
  if (disk === undefined) return t.log('skipped: no right to mount a disk of its own');
  const dataDir = dataFolder(t, disk.folder);
  const system = await startSystem(t, { dataDir, env: botEnvironment(telegram) });
  const { nc } = await system.connection();
  const answered = (said: string) =>
    telegram.until(
      () => telegram.api.texts(ANN).some((text) => text.includes(said)),
      `the answer to ${said}`,
      RECOVERY_MS,
    );
  const sayOfDisk = async (isOk: boolean) => {
    const services = await askHealth(nc, { expected: SERVICES });
    const disks = services.map(({ checks }) => checks.find(({ name }) => name === 'disk')?.ok);
    return disks.length === SERVICES.length && disks.every((ok) => ok === isOk);
  };
  telegram.api.say(ANN, 'first words');
  await answered('first words');

  disk.fill();
  const meter = new LoadMeter(system);
  telegram.api.say(ANN, 'during');
  await delay(SECONDS * 1_000);
  assertQuiet(t, 'disk full', meter);
  t.true(await settled(() => sayOfDisk(false), HEALTH_MS), 'each says that the disk is full');
  t.false(
    telegram.api.texts(ANN).some((text) => text.includes('during')),
    'it cannot be stored',
  );

  disk.makeRoom();
  await answered('during');
  telegram.api.say(ANN, 'after');
  await answered('after');
  t.true(await settled(() => sayOfDisk(true), HEALTH_MS), 'and that there is room again');
});
