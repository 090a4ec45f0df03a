import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { ERRORS } from '../../schemas/errors.ts';
import { runHere } from '../cli/run-here.ts';
import { ToldLog } from '../projections/console/support/told-log.ts';
import { startTestNats } from '../support/nats.ts';
import { environment } from '../support/system.ts';

const PAGE = join(import.meta.dirname, '..', '..', 'docs', 'debug-by-replay.md');

const AGENT = 'agent-0123456789ab';
const TURN = 'turn-9f1c27ab03de';
const MESSAGE = 'tg-7001-880000042';

test('the commands of the story find what it says, with the output that it shows', async (t) => {
  const { log, url, operatorCreds, dataDir } = await startTestNats(t);
  await tellStory(new ToldLog(log));
  const own = { ORCHESTRATOR_NATS_URL: url, ORCHESTRATOR_CREDS: operatorCreds };
  const env = environment(dataDir, own);
  const page = await readFile(PAGE, 'utf8');

  const shown = [...page.matchAll(/^```console\n\$ orchestrator ([^\n]+)\n(.*?)^```$/gms)];
  t.is(shown.length, 3);
  for (const [, line = '', output = ''] of shown) {
    const { code, stdout, stderr } = await runHere(line.split(' '), env);
    t.is(code, 0, stderr);
    t.deepEqual(timeless(stdout), timeless(output), `${line}\n${stdout}`);
  }
  const others = [...page.matchAll(/^orchestrator ([^#\n]+) #/gm)];
  t.is(others.length, 4);
  for (const [, line = ''] of others) {
    const args = [...line.trim().matchAll(/"([^"]*)"|(\S+)/g)].map(
      ([, quoted, word]) => quoted ?? word ?? '',
    );
    const { code, stdout, stderr } = await runHere(args, env);
    t.is(code, 0, stderr);
    t.not(stdout, '', line);
  }
});

/**
 * Without what is another each time: instants, durations (of what took no millisecond none is shown), and the width of columns. What
 * came in one millisecond may stand either way, so the order of lines does not count.
 */
const timeless = (text: string): string[] =>
  text
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<instant>')
    .replaceAll(/[+-]?\d+(\.\d+)? m?s\b/g, '')
    .split('\n')
    .map((line) => line.trim().replaceAll(/ +/g, ' '))
    .filter((line) => line !== '')
    .toSorted();

/** An agent whose answer is empty, and that does not notice. */
async function tellStory(told: ToldLog): Promise<void> {
  const whose = { agentId: AGENT };
  const because = { correlationId: MESSAGE, causationId: MESSAGE };
  const ofTurn = { correlationId: MESSAGE, causationId: TURN };
  await told.agent(AGENT, 'mender');
  const from = { channel: 'telegram', userId: '-1001234567890' };
  const sources = [{ message: '42', content: 'c0ffee' }];
  const send = { text: 'Why is the build red?', from, mode: 'join' as const, sources };
  await told.tell('command.send', whose, send, { id: MESSAGE, correlationId: MESSAGE });
  const started = { turnId: TURN, commandId: MESSAGE, deadlineAt: '2099-01-01T00:00:00.000Z' };
  await told.tell('turn.started', whose, started, because);
  const written = { runId: `run-${AGENT}`, commandId: MESSAGE, turnId: TURN, bytes: 21 };
  await told.tell('process.delivered', whose, written, because);
  const empty = `orchestrator: ORC_EMPTY: ${ERRORS.ORC_EMPTY.meaning}. ${ERRORS.ORC_EMPTY.cure}`;
  await told.prints(AGENT, ['reading the log of the build', empty]);
  await told.says('turn.signalled', AGENT, {});
  await told.tell('turn.nudged', whose, { turnId: TURN }, ofTurn);
  await told.prints(AGENT, ['I have answered already.']);
  await told.says('turn.signalled', AGENT, {});
  const { meaning: reason, cure } = ERRORS.ORC_NO_ANSWER;
  const failure = { turnId: TURN, code: 'ORC_NO_ANSWER', reason, cure };
  await told.tell('turn.failed', whose, failure, { id: `turn.over:${TURN}`, ...ofTurn });
  const notice = { agentId: AGENT, sequence: 10, messageId: MESSAGE };
  await told.delivery('failed-turn-9f1c27ab03de', notice, 'confirmed');
}
