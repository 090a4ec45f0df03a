import { newAgentId } from '../../schemas/ids.ts';
import { command } from '../support/commands.ts';
import { history, ofType } from '../support/history.ts';
import { startSystem } from '../support/system.ts';
import { TurnCounter } from '../support/turn-counter.ts';
import { Cleanup, cpuOf, memoryOf, round } from './measure.ts';

const AGENTS = 50;
const MESSAGES = 20;

/** 50 demo agents at once, 20 messages each, interleaved: each answer to its own, in order. */
export async function fiftyAgents(): Promise<string[]> {
  await using cleanup = new Cleanup();
  const system = await startSystem(cleanup);
  const log = await system.log();
  const agents = Array.from({ length: AGENTS }, () => newAgentId());
  const create = { kind: 'demo', ttlMs: 3_600_000, turnDeadlineMs: 600_000 };
  for (const agent of agents) await log.append(command(agent, 'command.create', create));
  const turns = new TurnCounter(log);
  const before = memoryOf(system.pid);
  const cpu = cpuOf(system.pid);
  const begin = performance.now();
  for (let message = 1; message <= MESSAGES; message += 1) {
    for (const agent of agents) {
      const data = { text: `message ${message} of ${agent}`, mode: 'join' as const };
      await log.append(command(agent, 'command.send', data));
    }
  }
  await turns.until(AGENTS * MESSAGES);
  const seconds = (performance.now() - begin) / 1000;
  const after = memoryOf(system.pid);
  const used = (cpuOf(system.pid) - cpu) / (AGENTS * MESSAGES);
  const answers = ofType(await history(log), 'response.answer');
  const answersOf = (agent: string) =>
    answers.filter(({ subject }) => subject.includes(agent)).map(({ data }) => data.text);
  const wrong = agents.filter((agent) => !inOrder(agent, answersOf(agent)));
  await system.stop();
  return [
    `* ${answers.length} answers of ${AGENTS} agents in ${round(seconds, 1)} s (${round(answers.length / seconds)} a second); agents whose answers were not their own and in order: ${wrong.length}`,
    `* CPU of the system for each turn, what the agent and its command use aside: ${round(used, 1)} ms`,
    `* memory of the system (supervisor, spawner, projections, nats-server): ${round(before)} MiB before, ${round(after)} MiB after`,
  ];
}

const inOrder = (agent: string, answers: string[]): boolean =>
  answers.length === MESSAGES &&
  answers.every(
    (text, index) => text === `[${index + 1}] You said: message ${index + 1} of ${agent}`,
  );
