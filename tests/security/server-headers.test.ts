import { readFile } from 'node:fs/promises';
import test from 'ava';
import { programVersion } from '../../platform/nats/program-version.ts';
import { testServerPath } from '../support/nats.ts';
import { KNOWN_HEADERS, unknownHeaders } from './server-headers.ts';

const KNOWN = Object.keys(KNOWN_HEADERS);

test('nats-server knows no header of which it is not decided here what an agent may do with it', async (t) => {
  const program = await testServerPath();
  const version = await programVersion(program);
  const unknown = unknownHeaders(await readFile(program, 'latin1'), KNOWN);
  const advice = unknown.map(
    (name) => `nats-server ${version} knows the header ${name}: decide what it may do`,
  );
  t.deepEqual(advice, []);
});

test('a new name is found, also where other texts stand right before and behind it', (t) => {
  const program = 'fooNats-RollupwillNats-New-Powerunable Nats-Schedule-AgainNats-TTLs Nats-';
  t.deepEqual(unknownHeaders(program, KNOWN), ['Nats-New-Powerunable', 'Nats-Schedule-Again']);
});
