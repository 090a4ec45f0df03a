import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { loopsWithoutBackOff } from '../../support/loops-without-back-off.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const ROOMS = ['core', 'platform', 'agents', 'spawner', 'projections', 'bot'];

/** Loops that end by themselves, or by the end of somebody who waits: how, in a line. */
const BOUNDED: Readonly<Record<string, string>> = {
  'agents/voice/as-agent.ts':
    'each round waits for the server itself, within the deadline of a command',
  'bot/delivery/outbox.ts': 'a queue: each round takes a delivery off it',
  'bot/updates/incoming-files.ts': 'three tries',
  'core/log/streams.ts': 'a limit is halved until it fits',
  'platform/nats/embedded-nats.ts': 'five tries',
  'projections/console/follow.ts': 'a page: its pauses grow, and none is made while it is hidden',
  'projections/console/use-polled.ts': 'a page: it asks at its pace, and not while it is hidden',
  'projections/http/follow/shared-follows.ts': 'what is caught is the end of the signal',
  'spawner/jobs/nats-executor.ts': 'each round takes off what a worker has said last',
  'spawner/runtime/local/log-tail.ts': 'what is caught is the end of the signal',
};

test('a loop of a service that goes on after an error has a back-off', async (t) => {
  const { stdout } = await promisify(execFile)('git', ['ls-files', ...ROOMS], { cwd: ROOT });
  const files = stdout
    .trim()
    .split('\n')
    .filter((file) => file.endsWith('.ts'));
  t.true(files.length > 100);
  const found: string[] = [];
  for (const file of files) {
    const text = await readFile(join(ROOT, file), 'utf8').catch(() => '');
    if (!(file in BOUNDED))
      found.push(...loopsWithoutBackOff(text).map((line) => `${file}:${line}`));
  }
  t.deepEqual(found, [], 'use retry or keepRunning of platform/async/');
});

const loop = (body: string): string => `async function f() { while (go) { ${body} } }`;

for (const [what, body, isFound] of [
  ['try, catch, again', 'try { await x(); return; } catch {}', true],
  ['a catch that says so and goes on', 'try { await x(); } catch (error) { warn(error); }', true],
  ['an error that is made nothing of', 'await x().catch(() => undefined);', true],
  ['a fixed pause', 'try { await x(); } catch { await delay(250); }', true],
  ['a back-off', 'try { await x(); } catch { await backOff.wait(signal); }', false],
  ['the one retry', 'await retry(x, {}).catch(() => undefined);', false],
  ['an error that ends it', 'try { await x(); } catch (error) { throw error; }', false],
  ['a function that others call', 'const f = async () => { try { await x(); } catch {} };', false],
] as const) {
  test(`a loop with ${what} is ${isFound ? 'found' : 'left alone'}`, (t) => {
    t.is(loopsWithoutBackOff(loop(body)).length, isFound ? 1 : 0);
  });
}

test('a loop over a collection ends by itself', (t) => {
  const text = 'async function f() { for (const x of all) try { await x(); } catch {} }';
  t.deepEqual(loopsWithoutBackOff(text), []);
});
