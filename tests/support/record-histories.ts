/**
 * Records tests/histories with a real server, a real spawner and real agents:
 * `node tests/support/record-histories.ts [--judged] [name…]`. See the README there before you run it.
 */
import { created } from '../../core/conversation/events-of-person.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import type { NewEvent, NewEventOf, StoredEvent } from '../../schemas/event.ts';
import type { Person } from '../../schemas/events/parts.ts';
import { agentEventId, newId } from '../../schemas/ids.ts';
import { subjectOf } from '../../schemas/subjects.ts';
import { command, createAgent, sendMessage } from './commands.ts';
import { keepLog } from './judged-log.ts';
import { recordHistory } from './record-history.ts';
import { type SpawnerFixture, type SpawnerOptions, startSpawner } from './spawner.ts';

interface Scenario {
  options?: SpawnerOptions;
  play(spawner: SpawnerFixture): Promise<void>;
}

const ANN = 'agent-00000000000a';
const BEN = 'agent-00000000000b';

const DAY_MS = 86_400_000;

async function assign(log: EventLog, person: Person, agentId: string): Promise<void> {
  const event: NewEventOf<'user.agent-assigned'> = {
    id: `user.agent-assigned:${agentId}`,
    type: 'user.agent-assigned',
    source: 'orchestrator/test',
    time: new Date().toISOString(),
    subject: subjectOf({ family: 'user', ...person, name: 'agent-assigned' }),
    data: { agentId },
  };
  await append(log, event);
}

async function append(log: EventLog, event: NewEvent): Promise<void> {
  const result = await log.append(event);
  if (!result.ok) throw new Error(`not appended: ${result.error}`);
}

async function createDemo(log: EventLog, agentId: string, owner: Person): Promise<void> {
  const data = { kind: 'demo', owner, ttlMs: 3_600_000, turnDeadlineMs: 60_000 };
  await append(log, command(agentId, 'command.create', data));
  await assign(log, owner, agentId);
}

/** Says something and waits until its turn is over. */
async function say(spawner: SpawnerFixture, agentId: string, text: string): Promise<void> {
  const id = newId('msg');
  await sendMessage(spawner.log, agentId, id, text);
  await spawner.event(agentId, 'turn.ended', ({ correlationId }) => correlationId === id);
}

async function stop(spawner: SpawnerFixture, agentId: string): Promise<void> {
  await append(spawner.log, command(agentId, 'command.stop', { reason: 'asked' }));
  await spawner.event(agentId, 'process.stopped');
}

const SCENARIOS: Record<string, Scenario> = {
  'worked-example': {
    async play(spawner) {
      await createDemo(spawner.log, ANN, { channel: 'terminal', userId: 'ann' });
      for (const text of ['Create project myapp', 'Who are you?', 'Ann', 'hello again']) {
        await say(spawner, ANN, text);
      }
      await stop(spawner, ANN);
      await append(spawner.log, command(ANN, 'command.delete', {}));
      await spawner.event(ANN, 'process.deleted');
    },
  },
  'crash-in-a-turn': {
    async play(spawner) {
      const commandLine = 'read -r m; orchestrator answer "$m"; read -r m; sleep 1; exit 3';
      const owner = { channel: 'terminal', userId: 'ann' };
      await createAgent(spawner.log, ANN, commandLine, { owner });
      await assign(spawner.log, owner, ANN);
      await say(spawner, ANN, 'first');
      for (const text of ['second', 'third']) {
        await sendMessage(spawner.log, ANN, newId('msg'), text);
      }
      await spawner.event(ANN, 'process.exited');
      await sendMessage(spawner.log, ANN, 'msg-late', 'is anybody there?');
      await spawner.event(ANN, 'process.rejected', ({ data }) => data.commandId === 'msg-late');
    },
  },
  'nudge-and-failure': {
    options: { endOfTurn: 'signal' },
    async play(spawner) {
      const commandLine =
        'read -r m; orchestrator turn end; read -r m; orchestrator answer sorry; orchestrator turn end;' +
        'read -r m; orchestrator turn end; read -r m; orchestrator turn end; cat';
      await createAgent(spawner.log, ANN, commandLine);
      await say(spawner, ANN, 'answered after a reminder');
      await sendMessage(spawner.log, ANN, newId('msg'), 'never answered');
      await spawner.event(ANN, 'turn.failed');
      await append(spawner.log, command(ANN, 'command.extend', { ttlMs: 7_200_000 }));
      await spawner.event(ANN, 'process.extended');
      await stop(spawner, ANN);
    },
  },
  'time-runs-out': {
    async play(spawner) {
      const times = { ttlMs: 3_000, turnDeadlineMs: 1_000 };
      await createAgent(spawner.log, ANN, 'while read -r m; do sleep 2; done', times);
      await sendMessage(spawner.log, ANN, newId('msg'), 'takes too long');
      await spawner.event(ANN, 'turn.failed');
      await spawner.event(ANN, 'process.stopped');
    },
  },
  archived: {
    options: { archiveAfterMs: DAY_MS, archiveLookMs: 20 },
    async play(spawner) {
      const { log } = spawner;
      await createDemo(log, ANN, { channel: 'terminal', userId: 'ann' });
      await say(spawner, ANN, 'hello');
      await stop(spawner, ANN);
      spawner.aheadMs = 2 * DAY_MS;
      await spawner.event(ANN, 'process.archived');
      await sendMessage(log, ANN, 'msg-late', 'is anybody there?');
      await spawner.event(ANN, 'process.rejected');
      await playLateWords(log);
      await createDemo(log, BEN, { channel: 'terminal', userId: 'ann' });
      await say(spawner, BEN, 'hello');
      await append(log, command(BEN, 'command.delete', {}));
      await spawner.event(BEN, 'process.deleted');
      spawner.aheadMs += 2 * DAY_MS;
      await spawner.event(BEN, 'process.archived');
      await append(log, command(ANN, 'command.delete', {}));
      await spawner.event(ANN, 'process.deleted');
      await createDemo(log, ANN, { channel: 'terminal', userId: 'ann' });
      const isCreate = ({ data }: { data: { commandId: string } }) => data.commandId !== 'msg-late';
      await spawner.event(ANN, 'process.rejected', isCreate);
    },
  },
  forked: {
    async play(spawner) {
      const { log } = spawner;
      const owner = { channel: 'terminal', userId: 'ann' };
      await createDemo(log, ANN, owner);
      await say(spawner, ANN, 'hello');
      const { sequence, data } = await spawner.event(ANN, 'turn.ended');
      const forkedFrom = { agentId: ANN, turnId: data.turnId, sequence };
      const life = { kind: 'demo', ttlMs: 3_600_000, turnDeadlineMs: 60_000 };
      const wish = { ...life, allowedTools: ['respond'], forkedFrom, first: '> hello' };
      for (const event of created(BEN, wish, owner)) await append(log, event);
      await spawner.event(BEN, 'turn.ended');
      await stop(spawner, BEN);
      await append(log, command(BEN, 'command.resume', {}));
      await spawner.event(BEN, 'process.resumed');
      await Promise.all([stop(spawner, ANN), say(spawner, BEN, 'who are you?')]);
    },
  },
  'what-if': {
    async play(spawner) {
      const { log } = spawner;
      const commandLine = `while IFS= read -r line; do eval "$line" >&2; orchestrator answer done; done`;
      await createAgent(log, ANN, commandLine);
      await say(spawner, ANN, 'true');
      const asking = 'orchestrator project create --name one; orchestrator ask --wait "Which?"';
      await sendMessage(log, ANN, 'msg-asks', asking);
      const { id: answers } = await spawner.event(ANN, 'response.question');
      const data = { text: 'this', mode: 'join' as const, answers };
      await append(log, command(ANN, 'command.send', data, 'msg-asked'));
      const isOf = (event: Pick<StoredEvent, 'correlationId'>) =>
        event.correlationId === 'msg-asks';
      const began = await spawner.event(ANN, 'turn.started', isOf);
      const over = await spawner.event(ANN, 'turn.ended', isOf);
      const whatIf = {
        agentId: ANN,
        turnId: over.data.turnId,
        from: began.sequence,
        to: over.sequence,
        messageId: `say:${BEN}`,
        isolated: false,
      };
      const more = 'orchestrator project create --name two; orchestrator ask --wait "What?"';
      const life = { kind: 'line', commandLine, ttlMs: 3_600_000, turnDeadlineMs: 60_000 };
      const wish = { ...life, whatIf, first: 'true', say: { text: `${asking}; ${more}` } };
      const batch = await log.append(created(BEN, wish, undefined));
      if (!batch.ok) throw new Error(`not appended: ${batch.error}`);
      await spawner.event(BEN, 'response.question');
      await sendMessage(log, BEN, 'msg-between', 'true');
      await spawner.event(BEN, 'process.deleted');
      await stop(spawner, ANN);
    },
  },
  'two-users': {
    async play(spawner) {
      const { log } = spawner;
      await createDemo(log, ANN, { channel: 'terminal', userId: 'ann' });
      await createDemo(log, BEN, { channel: 'telegram', userId: '1002' });
      await Promise.all([say(spawner, ANN, 'Create project one'), say(spawner, BEN, 'hello')]);
      await Promise.all([say(spawner, ANN, 'hello'), say(spawner, BEN, 'Create project two')]);
      await playOddities(spawner);
      await Promise.all([stop(spawner, ANN), stop(spawner, BEN)]);
      await playLateWords(log);
    },
  },
};

/** What must not disturb anybody: other versions, damage, commands to nobody, tools that are none. */
async function playOddities(spawner: SpawnerFixture): Promise<void> {
  const { log, nats } = spawner;
  const { nc } = nats.connection;
  await nc.request(`agents.${ANN}.response.answer`, new Uint8Array([0xff, 0xfe]));
  await nc.request(`agents.${ANN}.response.answer`, '{"text":"no headers"}');
  const newer = { ...command(ANN, 'command.stop', { reason: 'asked' }), type: 'command.dance' };
  // No types of ours: that is the point of both.
  await append(log, { ...newer, subject: `agents.${ANN}.command.dance` } as never);
  const stop = command(BEN, 'command.stop', { reason: 'asked' }, agentEventId(BEN, 'call'));
  const call = { ...stop, type: 'tool.rocket.launch' };
  await append(log, { ...call, subject: `agents.${BEN}.tool.rocket.launch` } as never);
  await sendMessage(log, 'agent-0000000000ff', 'msg-to-nobody', 'hello?');
  await spawner.event('agent-0000000000ff', 'process.rejected');
}

/** After the end, before the beginning, and under an id that is another's. */
async function playLateWords(log: EventLog): Promise<void> {
  for (const [agentId, id] of [
    [ANN, agentEventId(ANN, 'answer')],
    ['agent-0000000000ee', agentEventId('agent-0000000000ee', 'answer')],
    [BEN, agentEventId(ANN, 'answer')],
  ] as const) {
    const subject = subjectOf({ family: 'response', agentId, name: 'answer' });
    const time = 'garbage';
    const data = { text: 'Does anybody hear me?' };
    const event = { id, type: 'response.answer', source: 'orchestrator/spawner', time } as const;
    await append(log, { ...event, subject, data });
  }
}

async function record(name: string, { options, play }: Scenario): Promise<void> {
  const teardowns: (() => unknown)[] = [];
  const teardown = (fn: () => unknown) => void teardowns.unshift(fn);
  try {
    const spawner = await startSpawner({ title: name, teardown }, options);
    await play(spawner);
    await spawner.stop();
    if (keeps) await keepLog(spawner.log, name);
    else await recordHistory(spawner.log, name);
  } finally {
    for (const fn of teardowns) await fn();
  }
}

const [first, ...others] = process.argv.slice(2);
/** For the judge, as the present version writes it, in place of the history that stands for older ones. */
const keeps = first === '--judged';
const wanted = keeps || first === undefined ? others : [first, ...others];
for (const [name, scenario] of Object.entries(SCENARIOS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  await record(name, scenario);
  process.stdout.write(`${name}\n`);
}
