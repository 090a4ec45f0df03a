import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { foldVersion as buildVersion } from '../../../bootstrap/fold-version.mjs';
import { foldVersion } from '../../../core/projection/fold-version.ts';
import { temporaryFolder } from '../../support/nats.ts';

const PROJECT = join(import.meta.dirname, '..', '..', '..');

/** The sources of the fold in a folder of their own, to be changed; `built`: its version written down. */
async function sources(t: ExecutionContext) {
  const root = await temporaryFolder(t);
  for (const folder of ['core', 'schemas']) {
    await cp(join(PROJECT, folder), join(root, folder), { recursive: true });
  }
  const manifest = join('node_modules', 'zod', 'package.json');
  await cp(join(PROJECT, manifest), join(root, manifest));
  await mkdir(join(root, 'dist'));
  const build = async () => {
    const text = JSON.stringify(await buildVersion(root));
    await writeFile(join(root, 'dist', 'fold-version.json'), text);
  };
  await build();
  const change = async (path: string, from: string, to: string) => {
    const text = await readFile(join(root, path), 'utf8');
    if (!text.includes(from)) throw new Error(`${path} has no ${from}`);
    await writeFile(join(root, path), text.replace(from, to));
  };
  return { root, build, change };
}

test('it is the same for the same code, wherever that lies', async (t) => {
  const { root } = await sources(t);
  t.regex(await foldVersion(root), /^[0-9a-f]{16}$/);
  t.is(await foldVersion(root), (await buildVersion(PROJECT)).version);
});

const HARMLESS: [what: string, path: string, from: string, to: string][] = [
  ['a help text', 'schemas/settings.ts', 'How much the system’s own log says.', 'How much, then.'],
  ['a view', 'schemas/views.ts', 'z.int().min(1).max(2000)', 'z.int().min(1).max(3000)'],
  ['what decides', 'core/domain/agent/next-step.ts', "case 'stopping':", "case 'stopping': "],
  ['a comment of the fold', 'core/domain/system-state.ts', '/** The sequence', '/** The  sequence'],
  ['a type of the fold', 'core/domain/agent/agent-state.ts', 'pid?: number;', 'pid?: 1 | number;'],
];

for (const [what, path, from, to] of HARMLESS) {
  test(`${what} changes no state, and not the version`, async (t) => {
    const { root, build, change } = await sources(t);
    const before = await foldVersion(root);
    await change(path, from, to);
    await build();
    t.is(await foldVersion(root), before);
  });
}

const OF_THE_FOLD: [what: string, path: string, from: string, to: string][] = [
  ['what an event does', 'core/domain/user/user.ts', 'allowed: true }', 'allowed: false }'],
  ['what an event may hold', 'schemas/events/command.ts', 'MAX_TOOLS = 64', 'MAX_TOOLS = 65'],
  ['an upcaster', 'schemas/upcasters.ts', "without: ['entities']", "without: ['buttons']"],
];

for (const [what, path, from, to] of OF_THE_FOLD) {
  test(`${what} is another version, built again or not`, async (t) => {
    const { root, build, change } = await sources(t);
    const before = await foldVersion(root);
    await change(path, from, to);
    const unbuilt = await foldVersion(root);
    t.not(unbuilt, before);
    await build();
    t.not(await foldVersion(root), before);
    t.not(await foldVersion(root), unbuilt);
  });
}

test('another release of a package that the fold imports is another version', async (t) => {
  const { root, build, change } = await sources(t);
  const before = await foldVersion(root);
  await change('node_modules/zod/package.json', '"version": "', '"version": "9');
  t.not(await foldVersion(root), before);
  await build();
  t.not(await foldVersion(root), before);
});

test('without what was built it is of all sources', async (t) => {
  const { root, change } = await sources(t);
  await rm(join(root, 'dist'), { recursive: true });
  const before = await foldVersion(root);
  t.is(await foldVersion(root), before);
  await change('schemas/settings.ts', 'How much the system’s own log says.', 'How much, then.');
  t.not(await foldVersion(root), before);
});
