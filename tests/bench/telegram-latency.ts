import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { EventLog } from '../../core/log/event-log.ts';
import { history, ofType, untilEvent } from '../support/history.ts';
import { startBotSystem } from '../support/telegram/bot-system.ts';
import { Cleanup, median, round } from './measure.ts';

const USER = 1001;
const MESSAGES = 21;

/** From an agent's call of `orchestrator answer` to the call of the Bot API that brings it. */
export async function telegramLatency(): Promise<string[]> {
  await using cleanup = new Cleanup();
  const command = `while read -r m; do date +%s%3N >>called; orchestrator answer "$m"; done`;
  const { telegram, system } = await startBotSystem(cleanup, {
    ORCHESTRATOR_AGENT: 'line',
    ORCHESTRATOR_LINE_COMMAND: command,
  });
  const { api } = telegram;
  const log = await system.log();
  const whole: number[] = [];
  for (let message = 1; message <= MESSAGES; message += 1) {
    const begin = performance.now();
    api.say(USER, `message ${message}`);
    await telegram.until(() => api.chat(USER).length === message, 'an answer');
    whole.push((api.chat(USER).at(-1)?.at ?? 0) - begin);
    // Beyond Telegram's pace of a message a second, which is not what is measured.
    await delay(1_200);
  }
  await untilEvent(log, ({ type }) => type === 'delivery.confirmed');
  const events = await history(log);
  const attempts = ofType(events, 'delivery.attempted').map(({ time }) => Date.parse(time));
  const stored = ofType(events, 'response.answer').map(({ time }) => Date.parse(time));
  const began = await statedTimes(log);
  const agent = ofType(events, 'command.create')[0]?.subject.split('.')[1] ?? '';
  const called = await calls(`${system.dataDir}/agents/${agent}/workspace/called`);
  const sent = api.chat(USER).map(({ at }) => performance.timeOrigin + at);
  const since = (from: readonly number[]) => sent.map((at, index) => at - (from[index] ?? 0));
  await system.stop();
  return [
    `* from the agent’s call of \`orchestrator answer\` (its start included) to the call of the Bot API: median ${round(median(since(called)))} ms`,
    `* of that, from the command’s own first moment: ${round(median(since(began)))} ms; from when the broker has it: ${round(median(since(stored)))} ms; in the call itself: ${round(median(since(attempts)))} ms`,
    `* from a person’s message to its answer in the chat: median ${round(median(whole))} ms`,
  ];
}

/** When the agent's command says that it began, which nobody else believes. */
async function statedTimes(log: EventLog): Promise<number[]> {
  const times: number[] = [];
  const filter = 'agents.*.response.answer';
  for await (const message of log.read({ stream: 'EVENTS', from: { sequence: 1 }, filter })) {
    times.push(Date.parse(message.header('ce-time') ?? ''));
  }
  return times;
}

async function calls(file: string): Promise<number[]> {
  return (await readFile(file, 'utf8')).trim().split('\n').map(Number);
}
