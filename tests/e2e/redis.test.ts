import { join } from 'node:path';
import test from 'ava';
import { newAgentId } from '../../schemas/ids.ts';
import { RESPONSES_STREAM } from '../../schemas/redis/keys.ts';
import { createAgent, sendMessage } from '../support/commands.ts';
import { findValkey } from '../support/find-redis.ts';
import { history, ofType, untilEvent } from '../support/history.ts';
import { startTestRedis, type TestRedis, until } from '../support/redis.ts';
import { orchestrator, startSystem } from '../support/system.ts';

const SCRIPT = join(import.meta.dirname, '..', 'support', 'agents', 'older-orchestrator.sh');

/** An agent whose `orchestrator` is the older script: it says everything by Redis. */
const olderAgent = ({ url, programs }: TestRedis): string => `
redis-cli() { ${programs.cli.map((part) => `'${part}'`).join(' ')} "$@"; }
${programs.cli.length > 1 ? 'export -f redis-cli' : 'unset -f redis-cli'}
export ORCHESTRATOR_REDIS_URL=${url}
while IFS= read -r message; do
  case $message in
    *\\?) bash ${SCRIPT} ask "$message" ;;
    *) bash ${SCRIPT} answer "$message" ;;
  esac
done`;

/** What an older bot would have shown, read by XREAD from the beginning. */
async function shown(redis: TestRedis): Promise<string[]> {
  const entries = await redis.entries(RESPONSES_STREAM);
  return entries.map(({ fields }) => {
    const { type, message, question } = Object.fromEntries(fields);
    return type === 'question' ? `❓ ${question}` : (message ?? '');
  });
}

test('an agent with the older script, an older bot and the new system talk through one Redis', async (t) => {
  t.timeout(120_000);
  const redis = await startTestRedis(t);
  const system = await startSystem(t, { env: { ORCHESTRATOR_REDIS_URL: redis.url } });
  const log = await system.log();
  const [older, newer] = [newAgentId(), newAgentId()];
  await createAgent(log, older, olderAgent(redis));
  await createAgent(log, newer, 'while IFS= read -r m; do orchestrator answer "new $m"; done');
  const messages = ['one ✓ "quoted"', 'which $HOME?', 'two\\n'];
  for (const [nth, text] of messages.entries()) {
    await sendMessage(log, older, `older-${nth}`, text);
    await sendMessage(log, newer, `newer-${nth}`, `${nth}`);
    for (const id of [`older-${nth}`, `newer-${nth}`]) {
      await untilEvent(log, (event) => event.type === 'turn.ended' && event.correlationId === id);
    }
  }
  const all = await until(async () => {
    const found = await shown(redis);
    return found.length >= 6 ? found : undefined;
  }, 'six responses');
  t.deepEqual(
    all.filter((text) => !text.startsWith('new ')),
    ['one ✓ "quoted"', '❓ which $HOME?', 'two\\\\n'],
  );
  t.deepEqual(
    all.filter((text) => text.startsWith('new ')),
    ['new 0', 'new 1', 'new 2'],
  );
  const events = await history(log);
  t.is(ofType(events, 'response.answer').length, 5);
  t.is(ofType(events, 'response.question').length, 1);
  t.is((await system.stop()).code, 0);
});

test('a Redis that is lost touches no agent; what was said meanwhile is there when it is back', async (t) => {
  t.timeout(120_000);
  const redis = await startTestRedis(t);
  await redis.kill();
  const system = await startSystem(t, { env: { ORCHESTRATOR_REDIS_URL: redis.url } });
  const log = await system.log();
  const agent = newAgentId();
  await createAgent(log, agent, 'while IFS= read -r m; do orchestrator answer "$m $$"; done');
  const turn = async (id: string) => {
    await sendMessage(log, agent, id, id);
    await untilEvent(log, (event) => event.type === 'turn.ended' && event.correlationId === id);
  };
  await turn('at-the-start');
  const doctor = () => orchestrator(['doctor'], { env: system.env });
  t.regex((await doctor()).stdout, /wrong +redis: redis .*ECONNREFUSED.*everything else works/);
  await redis.start();
  await turn('with-it');
  await redis.kill({ wipe: true });
  await turn('without-it');
  await redis.start();
  const all = await until(async () => {
    const found = await shown(redis).catch(() => []);
    return found.length === 3 ? found : undefined;
  }, 'three responses');
  const answers = ofType(await history(log), 'response.answer').map(({ data }) => data.text);
  t.deepEqual(all, answers);
  t.is(new Set(answers.map((text) => text.split(' ')[1])).size, 1, 'one process said it all');
  t.is((await system.stop()).code, 0);
});

test('Valkey does as well', async (t) => {
  t.timeout(180_000);
  let programs: TestRedis['programs'];
  try {
    programs = await findValkey();
  } catch (error) {
    if (process.env.CI === 'true') throw error;
    t.log(`not tried: ${error instanceof Error ? error.message : error}`);
    t.pass();
    return;
  }
  const redis = await startTestRedis(t, { programs });
  t.regex(await redis.cli('INFO', 'server'), /valkey_version/);
  const system = await startSystem(t, { env: { ORCHESTRATOR_REDIS_URL: redis.url } });
  const log = await system.log();
  const agent = newAgentId();
  await createAgent(log, agent, olderAgent(redis));
  await sendMessage(log, agent, 'm-1', 'hello');
  await untilEvent(log, (event) => event.type === 'turn.ended');
  const create = {
    command: 'create',
    request_id: 'r-1',
    config: { name: 'x', agent: 'demo', allowed_tools: ['respond'] },
  };
  await redis.cli('XADD', 'cli-agent:commands', '*', 'data', JSON.stringify(create));
  const reply = await until(async () => {
    const [, last] = await redis.entries(RESPONSES_STREAM);
    return last?.fields[0]?.[1];
  }, 'the reply');
  t.regex(reply, /^\{"success": true, "request_id": "r-1", "agent_id": "agent-[0-9a-f]{12}"\}$/);
  await redis.kill({ wipe: true });
  await redis.start();
  t.deepEqual(
    await until(async () => {
      const found = await shown(redis).catch(() => []);
      return found.length > 0 ? found : undefined;
    }, 'the response again'),
    ['hello'],
  );
});
