import { foldMessage } from '../../core/domain/fold-message.ts';
import { hashSystem, initialSystem } from '../../core/domain/system-state.ts';
import type { NewEvent } from '../../schemas/event.ts';
import { newAgentId } from '../../schemas/ids.ts';
import { command } from '../support/commands.ts';
import { startTestNats } from '../support/nats.ts';
import { Cleanup, round, timed } from './measure.ts';

const EVENTS = 100_000;
const AGENTS = 100;

/** Appends many events, and folds them from zero: reading alone, and reading with the fold. */
export async function replay(): Promise<string[]> {
  await using cleanup = new Cleanup();
  const { log } = await startTestNats(cleanup);
  const agents = Array.from({ length: AGENTS }, () => newAgentId());
  const create = { kind: 'demo', ttlMs: 3_600_000, turnDeadlineMs: 60_000 };
  await log.append(agents.map((agent) => command(agent, 'command.create', create)));
  const append = async () => {
    for (let begin = 0; begin < EVENTS; begin += 500) {
      await Promise.all(
        Array.from({ length: 500 }, async (_, index) => {
          const agent = agents[index % AGENTS] ?? '';
          const result = await log.append(answerOf(agent, `${agent}_answer-${begin + index}`));
          if (!result.ok) throw new Error(`not appended: ${result.error}`);
        }),
      );
    }
    await log.heard('agents.>');
  };
  const appended = await timed(append);
  const read = async (each: (message: Parameters<typeof foldMessage>[1]) => unknown) => {
    for await (const message of log.read({ stream: 'EVENTS', from: { sequence: 1 } }))
      each(message);
  };
  const reading = await timed(() => read(() => undefined));
  const state = initialSystem();
  const folding = await timed(() => read((message) => foldMessage(state, message)));
  const hash = await timed(async () => hashSystem(state));
  const rate = (ms: number) => round((EVENTS / ms) * 1000);
  return [
    `* append, 500 at once, until all of it is heard: ${rate(appended)} events a second`,
    `* read: ${rate(reading)} a second; read and fold: ${rate(folding)} a second (${round(folding / reading, 1)} times)`,
    `* hash over the state: ${round(hash)} ms`,
  ];
}

function answerOf(agentId: string, id: string): NewEvent {
  const source = `orchestrator/agent/${agentId}`;
  const subject = `agents.${agentId}.response.answer`;
  const time = new Date().toISOString();
  return { id, type: 'response.answer', source, time, subject, data: { text: 'an answer' } };
}
