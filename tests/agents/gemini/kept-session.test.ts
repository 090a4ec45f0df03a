import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { keepSession } from '../../../agents/gemini/kept-session.ts';
import { startGemini } from '../../../agents/gemini/start-gemini.ts';
import type { DriverEvents } from '../../../agents/host/driver.ts';
import { temporaryFolder } from '../../support/nats.ts';

const SESSION = '57706887-6c8a-44ea-b3c4-323c5ccad572';

const SILENT: DriverEvents = {
  turnEnded: () => undefined,
  retried: () => undefined,
  permission: () => Promise.resolve('deny'),
  answered: () => undefined,
  session: () => undefined,
  log: () => undefined,
};

test('C5: the recordings of a session are out of the way of the one that loads it, and stay apart', async (t) => {
  const home = await temporaryFolder(t);
  const chats = join(home, '.gemini', 'tmp', 'workspace', 'chats');
  await mkdir(chats, { recursive: true });
  const names = [
    '2026-11-27T09-23-57706887',
    '2026-11-27T09-24-57706887',
    '2026-11-27T09-23-7077f1d9',
  ];
  for (const name of names) await writeFile(join(chats, `session-${name}.jsonl`), name);
  const kept = [
    'session-1926-11-27T09-23-57706887.jsonl',
    'session-1926-11-27T09-24-57706887.jsonl',
    'session-2026-11-27T09-23-7077f1d9.jsonl',
  ];

  keepSession(home, SESSION);
  t.deepEqual((await readdir(chats)).toSorted(), kept);
  keepSession(home, SESSION);
  t.deepEqual((await readdir(chats)).toSorted(), kept, 'again, nothing is left to do');

  // Begun in the minute of one that was put aside: that has all that was said.
  await writeFile(join(chats, 'session-2026-11-27T09-23-57706887.jsonl'), 'empty');
  keepSession(home, SESSION);
  const first = join(chats, 'session-1926-11-27T09-23-57706887.jsonl');
  t.is(await readFile(first, 'utf8'), '2026-11-27T09-23-57706887');
  t.true((await readdir(chats)).includes('session-1826-11-27T09-23-57706887.jsonl'));
});

test('C5: the driver puts them out of the way before it starts the CLI that loads the session', async (t) => {
  const home = await temporaryFolder(t);
  const chats = join(home, '.gemini', 'tmp', 'workspace', 'chats');
  await mkdir(chats, { recursive: true });
  await writeFile(join(chats, 'session-2026-11-27T09-23-57706887.jsonl'), '');
  const found: string[] = [];
  const start = await startGemini();
  const driver = start({
    order: {
      command: ['ls', '-1', chats],
      environment: {},
      secrets: {},
      permissions: { otherwise: 'deny', allowed: [] },
    },
    session: SESSION,
    environment: { HOME: home, PATH: process.env.PATH ?? '' },
    workspace: home,
    // A line that is none of the protocol is logged.
    events: { ...SILENT, log: (line) => found.push(line) },
  });
  driver.ready.catch(() => undefined);
  await driver.exited;

  t.deepEqual(found, ['session-1926-11-27T09-23-57706887.jsonl']);
});

test('a home in which nothing was recorded is left as it is', async (t) => {
  const home = await temporaryFolder(t);
  keepSession(home, SESSION);
  t.deepEqual(await readdir(home), []);
});
