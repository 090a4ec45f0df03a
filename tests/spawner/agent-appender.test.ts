import test, { type ExecutionContext } from 'ava';
import { pino } from 'pino';
import { rejectEvents } from '../../core/domain/agent/command/command-events.ts';
import { SystemFollower } from '../../core/projection/system-follower.ts';
import { AgentAppender, DecidedAgain, NeverStored } from '../../spawner/agent-appender.ts';
import { AGENT, CONTEXT, evolved } from '../support/decider.ts';
import { startTestNats } from '../support/nats.ts';

async function appender(t: ExecutionContext) {
  const { log } = await startTestNats(t);
  const logger = pino({ level: 'silent' });
  const follower = new SystemFollower({ log, logger });
  const abort = new AbortController();
  t.teardown(() => abort.abort());
  await follower.start(abort.signal);
  return new AgentAppender(AGENT, { log, follower, logger }, abort.signal);
}

const rejected = (id: string, detail?: string) =>
  rejectEvents(evolved([]), id, 'ORC_AGENT_NOT_FOUND', CONTEXT, detail);

test('what is decided again, with nothing new to decide on, is a bug and no reason to look again (A9)', async (t) => {
  const agent = await appender(t);
  t.true(await agent.append(rejected('c-1')));
  const error = await t.throwsAsync(agent.append(rejected('c-1')), { instanceOf: DecidedAgain });
  t.is(error?.message, 'process.rejected:c-1: stored before');
  t.true(await agent.append(rejected('c-2')));
});

test('what no message holds is never stored, and said at once (A1)', async (t) => {
  const agent = await appender(t);
  const tooLong = rejected('c-1', 'x'.repeat(9 * 1024 * 1024));
  const error = await t.throwsAsync(agent.append(tooLong), { instanceOf: NeverStored });
  t.regex(error?.message ?? '', /^The message has \d+ bytes; the broker takes \d+$/);
});

test('more events than a batch holds are refused for good (A1)', async (t) => {
  const agent = await appender(t);
  const events = Array.from({ length: 1_001 }, (_, index) => rejected(`c-${index}`)).flat();
  await t.throwsAsync(agent.append(events), { instanceOf: NeverStored });
});
