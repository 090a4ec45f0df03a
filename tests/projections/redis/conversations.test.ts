import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { COMMANDS_STREAM, RESPONSES_STREAM } from '../../../schemas/redis/keys.ts';
import { type TestRedis, until } from '../../support/redis.ts';
import { startSpawner } from '../../support/spawner.ts';
import { startAdapters } from './adapters.ts';

const FOLDER = join(import.meta.dirname, 'recorded');
const AGENT = 'agent-000000000000';
const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?\+00:00/g;
const LOGS = /"logs": "(?!Error).*"/;

/** The reply to the nth command. */
const reply = (redis: TestRedis, nth: number): Promise<string> =>
  until(async () => {
    const entries = await redis.entries(RESPONSES_STREAM);
    const replies = entries.filter(({ fields }) => fields[0]?.[0] === 'data');
    const found = replies[nth];
    if (found && found.fields.length !== 1) throw new Error('a reply has one field');
    return found?.fields[0]?.[1];
  }, `reply ${nth}`);

for (const file of readdirSync(FOLDER).filter((name) => name.endsWith('.json'))) {
  test(`${file}: an older client gets the replies that it always got, byte for byte`, async (t) => {
    const spawner = await startSpawner(t);
    const { redis } = await startAdapters(t, { nats: spawner.nats });
    const recorded: { command: string; reply: string }[] = JSON.parse(
      readFileSync(join(FOLDER, file), 'utf8'),
    );
    let agent = AGENT;
    for (const [index, { command, reply: expected }] of recorded.entries()) {
      await redis.cli('XADD', COMMANDS_STREAM, '*', 'data', command.replaceAll(AGENT, agent));
      const got = await reply(redis, index);
      agent = /"agent_id": "(agent-[0-9a-f]{12})"}$/.exec(got)?.[1] ?? agent;
      const shown = got
        .replaceAll(agent, AGENT)
        .replace(TIME, 'TIME')
        .replace(LOGS, '"logs": "LOGS"');
      t.is(shown, expected, command);
    }
  });
}

test('what is no JSON, and an entry without data, get a reply too', async (t) => {
  const { redis } = await startAdapters(t);
  await redis.cli('XADD', COMMANDS_STREAM, '*', 'data', '{"command": ');
  await redis.cli('XADD', COMMANDS_STREAM, '*', 'something', 'else');
  const [broken, empty] = [JSON.parse(await reply(redis, 0)), JSON.parse(await reply(redis, 1))];
  t.like(broken, { success: false, request_id: 'unknown' });
  t.regex(broken.error, /^Invalid JSON: /);
  t.deepEqual(empty, { success: false, request_id: 'unknown', error: "Missing 'data' field" });
});
