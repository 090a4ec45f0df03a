import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { Watermark } from '../../../projections/redis/mirror/watermark.ts';
import { quiet } from '../../core/projection/folded-log.ts';
import { temporaryFolder } from '../../support/nats.ts';

test('how far Redis was is known again by the next process, for the same log only', async (t) => {
  const path = join(await temporaryFolder(t), 'snapshots', 'mark.json');
  const first = new Watermark({ path, logger: quiet });
  t.is(await first.of('log-1'), undefined);
  first.raise('log-1', 7);
  first.raise('log-1', 5);
  await first.save();
  await first.save();
  const second = new Watermark({ path, logger: quiet });
  t.is(await second.of('log-1'), 7);
  t.is(await second.of('log-2'), undefined);
});

test('a file that is damaged, or cannot be written, is as good as none', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'mark.json');
  await writeFile(path, '{"log": ');
  t.is(await new Watermark({ path, logger: quiet }).of('log-1'), undefined);
  const nowhere = new Watermark({ path: join(path, 'below', 'a', 'file'), logger: quiet });
  nowhere.raise('log-1', 7);
  await t.notThrowsAsync(nowhere.save());
  t.is(await nowhere.of('log-1'), 7);
});
