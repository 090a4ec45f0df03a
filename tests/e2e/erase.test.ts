import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { verifyReceipt } from '../../docs/verify-receipt.mjs';
import { runHere } from '../cli/run-here.ts';
import { startSystem } from '../support/system.ts';

process.setMaxListeners(0);

const ADA = 'ada-7340012345';
const BEN = 'ben-8450023456';
const SECRET = 'ADA-SAID';

/** The files of a folder that have one of these texts. */
async function filesWith(folder: string, ...texts: string[]): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.filter((each) => each.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path);
    if (texts.some((text) => bytes.includes(text))) found.push(path.slice(folder.length + 1));
  }
  return found;
}

test('of two people who talked with agents one is erased: nothing of hers is in the data folder, and his life goes on', async (t) => {
  const system = await startSystem(t);
  const { dataDir, env } = system;
  const done = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await runHere(args, env);
    t.is(code, 0, `${args.join(' ')}: ${stderr}`);
    return stdout.trim();
  };
  const hers = await done('create', '--owner', `terminal/${ADA}`, '--name', `${SECRET}-agent`);
  const his = await done('create', '--owner', `terminal/${BEN}`, '--name', 'open');
  await done('send', hers, `${SECRET} one`, '--wait');
  await done('send', his, 'OPEN one', '--wait');
  await done('send', hers, `Create project ${SECRET.toLowerCase()}`, '--wait');
  const sent = await done('send', his, 'OPEN two');
  await done('send', his, 'OPEN three', '--wait');
  t.regex(await done('erase', `terminal/${ADA}`, '--dry-run'), / 1 agent, .* would be erased\n/);
  t.is((await runHere(['erase', `terminal/${ADA}`, '--yes'], env)).code, 1, 'the system runs');
  await done('delete', hers);
  await system.stop();
  const where = await filesWith(dataDir, SECRET);
  for (const folder of ['nats/', 'snapshots/']) {
    t.true(
      where.some((path) => path.startsWith(folder)),
      folder,
    );
  }

  t.regex(await done('erase', `terminal/${ADA}`, '--yes'), / 1 agent, .* erased\n/);

  t.deepEqual(await filesWith(dataDir, SECRET, SECRET.toLowerCase(), ADA), []);
  t.true((await filesWith(dataDir, 'OPEN')).length > 0);
  const again = await startSystem(t, { dataDir });
  t.regex(await done('verify'), /\nerased {2}\d+ events/);
  const receipt = join(dataDir, 'receipt.json');
  await done('receipt', sent, '-o', receipt);
  const bytes = await readFile(receipt);
  t.notThrows(() => verifyReceipt(bytes));
  const state = await done('state', '--json');
  t.true(state.includes(his) && !state.includes(hers), state);
  await done('timeline', sent);
  await done('judge');
  await done('diff', '--from', '1');
  await done('export', '-o', join(dataDir, 'system.tar.gz'));
  await done('verify', join(dataDir, 'system.tar.gz'));
  await again.stop();
});
