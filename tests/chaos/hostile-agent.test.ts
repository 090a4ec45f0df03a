import { join } from 'node:path';
import type { NatsConnection } from '@nats-io/transport-node';
import test from 'ava';
import { foldMessage } from '../../core/domain/fold-message.ts';
import { hashSystem, initialSystem } from '../../core/domain/system-state.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import { headerOf } from '../../core/log/read-headers.ts';
import { newAgentId } from '../../schemas/ids.ts';
import { createAgent, sendMessage } from '../support/commands.ts';
import { random } from '../support/random.ts';
import { orchestrator, startSystem } from '../support/system.ts';

/** `npm run chaos` does many; each `npm test` a few. */
const ATTEMPTS = Number(process.env.CHAOS_ATTEMPTS ?? 300);

const HOSTILE = join(import.meta.dirname, '..', 'security', 'fixtures', 'hostile-agent.ts');
const TALKER = 'while IFS= read -r message; do orchestrator answer "got $message"; done';

/** Here nobody is to be kept quiet by a quota: the harm is to be done. */
const SETTINGS = {
  ORCHESTRATOR_AGENT_TTL: '1h',
  ORCHESTRATOR_QUOTA_EVENTS_MINUTE: '1000000',
  ORCHESTRATOR_QUOTA_EVENTS: '1000000',
  ORCHESTRATOR_QUOTA_BYTES_MINUTE: '100g',
  ORCHESTRATOR_QUOTA_BYTES: '100g',
  ORCHESTRATOR_QUOTA_FILES: '1000000',
  ORCHESTRATOR_QUOTA_FILE_BYTES: '100g',
};

/** Messages of the conversation that is compared with, which nobody disturbs. */
const QUIET_MESSAGES = 5;

test('an agent that does all the harm it can changes nothing of others, and they talk on', async (t) => {
  t.timeout(120_000 + ATTEMPTS * 60);
  const { seed } = random();
  t.log(`seed ${seed}, ${ATTEMPTS} attempts`);
  const system = await startSystem(t, { env: SETTINGS });
  const { nc } = await system.connection();
  const log = await system.log();
  const [hostile, quiet, other] = [newAgentId(), newAgentId(), newAgentId()];
  for (const talker of [quiet, other]) {
    const ready = heard(nc, `agents.${talker}.process.ready`, () => true);
    await createAgent(log, talker, TALKER);
    await ready;
  }
  const undisturbed: number[] = [];
  for (let message = 0; message < QUIET_MESSAGES; message += 1) {
    undisturbed.push(await talk(nc, log, quiet, `quiet-${message}`));
  }

  let attacking = true;
  const attacked = heard(nc, `agents.${hostile}.log.stdout`, (line) => /^done/.test(line));
  const over = attacked.then(() => {
    attacking = false;
  });
  const attack = [process.execPath, HOSTILE, other, ATTEMPTS, seed].join(' ');
  await createAgent(log, hostile, `exec ${attack}`);
  const disturbed: number[] = [];
  while (attacking || disturbed.length < QUIET_MESSAGES) {
    disturbed.push(await talk(nc, log, other, `other-${disturbed.length}`));
  }
  await over;

  t.log(await attacked);
  t.log(`a turn took ${median(undisturbed)} ms before, ${median(disturbed)} ms meanwhile`);
  const [turn, ...turns] = [...(await turnsOf(log, quiet)), ...(await turnsOf(log, other))];
  t.is(turns.length + 1, undisturbed.length + disturbed.length);
  for (const each of turns) t.deepEqual(each, turn);
  t.is(await hashWithout(log, hostile, 'the state'), await hashWithout(log, hostile, 'events'));
  const { code, stderr } = await orchestrator(['verify', '--timeout', '60s'], { env: system.env });
  t.is(code, 0, stderr);
  await system.stop();
});

/** Sends a message; resolves at the end of its turn with how many milliseconds it took. */
async function talk(
  nc: NatsConnection,
  log: EventLog,
  agentId: string,
  id: string,
): Promise<number> {
  const ended = heard(nc, `agents.${agentId}.turn.ended`, (_, cause) => cause === id);
  const begun = performance.now();
  await sendMessage(log, agentId, id, 'hello');
  await ended;
  return performance.now() - begun;
}

/** Resolves with the first message on a subject that fits by its text or what it was caused by. */
function heard(
  nc: NatsConnection,
  subject: string,
  fits: (text: string, correlationId: string | undefined) => boolean,
): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const subscription = nc.subscribe(subject, {
    callback: (_, message) => {
      if (!fits(message.string(), headerOf(message, 'ce-correlationid'))) return;
      subscription.unsubscribe();
      resolve(message.string());
    },
  });
  return promise;
}

/**
 * All that stands on an agent's subjects, one list a turn, without what differs from turn to turn: the
 * order, too, for an agent may have answered before it is stated that the message was delivered.
 */
async function turnsOf(log: EventLog, agentId: string): Promise<string[][]> {
  const turns: string[][] = [];
  const filter = `agents.${agentId}.>`;
  for await (const message of log.read({ stream: 'EVENTS', from: { sequence: 1 }, filter })) {
    if (message.subject.endsWith('.command.send')) turns.push([]);
    const text = withoutIds(Buffer.from(message.payload).toString());
    turns.at(-1)?.push(`${message.subject.replace(agentId, '#')} ${text}`);
  }
  return turns.map((turn) => turn.sort());
}

/** Ids and times differ from turn to turn. What is no JSON is nobody's event. */
function withoutIds(text: string): string {
  try {
    return JSON.stringify(
      JSON.parse(text, (_, value: unknown) =>
        typeof value === 'string' && /\d/.test(value) ? '#' : value,
      ),
    );
  } catch {
    return text;
  }
}

/** The hash of the fold of the log, where one agent is left out of its state, or its events are. */
async function hashWithout(
  log: EventLog,
  agentId: string,
  what: 'the state' | 'events',
): Promise<string> {
  const state = initialSystem();
  for await (const message of log.read({ stream: 'EVENTS', from: { sequence: 1 } })) {
    if (what === 'events' && message.subject.startsWith(`agents.${agentId}.`)) continue;
    foldMessage(state, message);
  }
  state.agents.delete(agentId);
  state.fences.delete(agentId);
  // Whose the last event was is all the same.
  return hashSystem({ ...state, sequence: 0 });
}

const median = (times: readonly number[]): number =>
  Math.round([...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0);
