import { join } from 'node:path';
import { keepStateMarks } from '../../core/projection/keep-state-marks.ts';
import { markedHistory } from '../../core/projection/marked-history.ts';
import { StateHistory } from '../../core/projection/state-history.ts';
import { SystemFollower } from '../../core/projection/system-follower.ts';
import type { NewEvent } from '../../schemas/event.ts';
import { newEvent } from '../../schemas/new-event.ts';
import { quiet } from '../core/projection/folded-log.ts';
import { nthAgent } from '../support/many-agents.ts';
import { startTestNats, temporaryFolder } from '../support/nats.ts';
import { Cleanup, round, timed } from './measure.ts';

const EVENTS = Number(process.env.BENCH_EVENTS ?? 1_000_000);
const AGENTS = 200;

/** Of one atomic append: messages, each with its turn. */
const TURNS_AT_ONCE = 240;

const PLACES = 12;

/** How long the state as of any place of a long log takes, by a process that begins with nothing. */
export async function stateAt(): Promise<string[]> {
  await using cleanup = new Cleanup();
  const { log } = await startTestNats(cleanup);
  const folder = join(await temporaryFolder(cleanup), 'states');
  const { signal } = new AbortController();
  for (let agent = 1; agent <= AGENTS; agent += 1) await stored(log.append(life(nthAgent(agent))));
  for (let turn = 0; turn * 4 < EVENTS; turn += TURNS_AT_ONCE) {
    const turns = Array.from({ length: TURNS_AT_ONCE }, (_, index) => turnOf(turn + index));
    await stored(log.append(turns.flat()));
  }
  const last = await log.lastSequence('EVENTS');
  const end = new AbortController();
  const follower = new SystemFollower({ log, logger: quiet });
  const marks = await keepStateMarks(follower, folder, { log, logger: quiet });
  const followed = await timed(() => follower.start(end.signal));
  await marks.written();
  end.abort();
  await follower.ended;
  const took: number[] = [];
  for (let place = 1; place <= PLACES; place += 1) {
    const at = Math.floor((last * place) / PLACES) - (place < PLACES ? 777 : 0);
    const history = markedHistory(folder, { log, logger: quiet });
    took.push(await timed(() => history.at(at, signal)));
  }
  const whole = await timed(() => new StateHistory(log).at(last, signal));
  const order = took.toSorted((a, b) => a - b);
  return [
    `* ${last} events of ${AGENTS} agents; followed from the beginning, marks included: ${round(followed)} ms`,
    `* the state as of ${PLACES} places, each by a history that begins with nothing: median ${round(order[PLACES / 2] ?? 0)} ms, longest ${round(order.at(-1) ?? 0)} ms`,
    `* the last without marks: ${round(whole)} ms`,
  ];
}

async function stored(result: Promise<{ ok: boolean }>): Promise<void> {
  if (!(await result).ok) throw new Error('not appended');
}

const meta = (id: string) => ({ id, source: 'orchestrator/bench', now: new Date() });
const LATER = '2099-01-01T00:00:00.000Z';

function life(agentId: string): NewEvent[] {
  const runId = `run-${agentId}`;
  const times = { ttlMs: 3_600_000, turnDeadlineMs: 60_000 };
  const run = { runId, node: 'bench', epoch: 1, runtime: 'local', expiresAt: LATER };
  return [
    newEvent('command.create', { agentId }, { kind: 'demo', ...times }, meta(`create-${agentId}`)),
    newEvent('process.starting', { agentId }, run, meta(`starting-${agentId}`)),
    newEvent('process.ready', { agentId }, { runId, pid: 1 }, meta(`ready-${agentId}`)),
  ];
}

function turnOf(number: number): NewEvent[] {
  const agentId = nthAgent(1 + (number % AGENTS));
  const runId = `run-${agentId}`;
  const commandId = `m-${number}`;
  const turnId = `turn-${number}`;
  const started = { turnId, commandId, deadlineAt: LATER };
  const over = { turnId, answers: 1, questions: 0 };
  return [
    newEvent('command.send', { agentId }, { text: 'a message', mode: 'join' }, meta(commandId)),
    newEvent('turn.started', { agentId }, started, meta(turnId)),
    newEvent(
      'process.delivered',
      { agentId },
      { runId, commandId, turnId, bytes: 9 },
      meta(`delivered-${number}`),
    ),
    newEvent('turn.ended', { agentId }, over, meta(`over-${number}`)),
  ];
}
