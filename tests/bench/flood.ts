import { newAgentId } from '../../schemas/ids.ts';
import { command, createAgent, sendMessage } from '../support/commands.ts';
import { untilEvent } from '../support/history.ts';
import { startSystem } from '../support/system.ts';
import { Cleanup, median, memoryOf, round, timed } from './measure.ts';

const LINES = 200_000;

/** One agent floods its stdout while another one talks. */
export async function flood(): Promise<string[]> {
  await using cleanup = new Cleanup();
  const system = await startSystem(cleanup);
  const connection = await system.connection();
  const log = await system.log();
  const [flooder, talker] = [newAgentId(), newAgentId()];
  const received = countLines(connection.nc.subscribe(`agents.${flooder}.log.stdout`));
  await createAgent(log, flooder, `read -r _; seq ${LINES}; orchestrator answer done; read -r _`);
  const create = { kind: 'demo', ttlMs: 3_600_000, turnDeadlineMs: 600_000 };
  await log.append(command(talker, 'command.create', create));
  const turn = (agent: string, id: string) =>
    untilEvent(log, (event) => event.type === 'turn.ended' && event.correlationId === id).then(
      () => agent,
    );
  const talk = async (id: string) => {
    await sendMessage(log, talker, id, `hello ${id}`);
    await turn(talker, id);
  };
  await talk('warm-up');
  const quiet: number[] = [];
  for (let each = 0; each < 10; each += 1) quiet.push(await timed(() => talk(`quiet-${each}`)));
  const before = memoryOf(system.pid);
  let peak = before;
  const watch = setInterval(() => {
    peak = Math.max(peak, memoryOf(system.pid));
  }, 200);
  const begin = performance.now();
  await sendMessage(log, flooder, 'flood', 'go');
  const during: number[] = [];
  for (let each = 0; each < 10; each += 1) during.push(await timed(() => talk(`loud-${each}`)));
  await received.until(LINES);
  const seconds = (performance.now() - begin) / 1000;
  clearInterval(watch);
  await system.stop();
  return [
    `* ${received.count} of ${LINES} lines received by a plain NATS subscriber, out of order or missing: ${received.wrong}; ${round(seconds, 1)} s, ${round(LINES / seconds)} lines a second`,
    `* another agent's turn: median ${round(median(quiet))} ms without the flood, ${round(median(during))} ms during it`,
    `* memory of the system: ${round(before)} MiB before, ${round(peak)} MiB at the most`,
  ];
}

/** Counts numbered lines and those that do not follow the one before. */
function countLines(subscription: AsyncIterable<{ string(): string }>) {
  const waiting: { limit: number; resolve: () => void }[] = [];
  const counter = {
    count: 0,
    wrong: 0,
    until: (limit: number) =>
      new Promise<void>((resolve) => {
        if (counter.count >= limit) resolve();
        else waiting.push({ limit, resolve });
      }),
  };
  void (async () => {
    for await (const message of subscription) {
      counter.count += 1;
      if (message.string() !== String(counter.count)) counter.wrong += 1;
      for (const { limit, resolve } of waiting) if (counter.count >= limit) resolve();
    }
  })();
  return counter;
}
