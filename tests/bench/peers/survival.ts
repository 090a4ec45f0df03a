import { setTimeout as delay } from 'node:timers/promises';
import type { Survival } from './figures.ts';
import { isAnswerTo, type Peer, type PeerAgent, type Said } from './peer.ts';
import type { PeerModel } from './peer-model.ts';

const LOOK_MS = 100;
const PATIENCE_MS = 60_000;
const ATTEMPTS = 3;

export interface SurvivalOptions {
  model: PeerModel;
  rounds: number;
  /** Told what came of each kill. */
  say: (line: string) => void;
}

/**
 * Kills a peer's controller with `kill -9` while the model works on a message, lets the model go on,
 * and starts the controller again: is the message answered, and does the agent remember?
 */
export async function measureSurvival(
  peer: Peer,
  { model, rounds, say }: SurvivalOptions,
): Promise<Survival> {
  await peer.start();
  const all: Round[] = [];
  for (let each = 1; each <= rounds; each += 1) {
    const round = await oneKill(peer, model, each);
    all.push(round);
    say(`${peer.name}, kill ${each} of ${rounds}: ${JSON.stringify(round)}`);
  }
  await peer.stop();
  return {
    rounds,
    answeredOnce: all.filter(({ answers }) => answers === 1).length,
    answeredTwice: all.filter(({ answers }) => answers > 1).length,
    remembered: all.filter(({ remembers }) => remembers).length,
    answer: all.flatMap(({ answerMs }) => (answerMs === undefined ? [] : [answerMs])),
  };
}

interface Round {
  answers: number;
  answerMs: number | undefined;
  remembers: boolean;
}

/** An agent of its own: what one kill leaves behind is no matter of the next. */
async function oneKill(peer: Peer, model: PeerModel, each: number): Promise<Round> {
  const [before, killed, after] = [`before-${each}`, `killed-${each}`, `after-${each}`];
  const name = `killed-${each}`;
  const first = await peer.agent(name);
  await first.say(before).end;
  const held = model.hold(killed);
  ignored(first.say(killed));
  await held.reached;
  await peer.kill();
  held.open();
  const begin = performance.now();
  await peer.start();
  const agent = await peer.agent(name);
  const answerMs = (await untilAnswered(agent, killed, peer.goesOnWithinMs))
    ? performance.now() - begin
    : undefined;
  const remembers = await knows(agent, before, after);
  return { answers: await answersTo(agent, killed), answerMs, remembers };
}

/** What is in the way of a kill may never end, or fail. */
function ignored({ answer, end }: Said): void {
  for (const promise of [answer, end]) promise.catch(() => undefined);
}

async function untilAnswered(agent: PeerAgent, name: string, withinMs: number): Promise<boolean> {
  const until = performance.now() + withinMs;
  while ((await answersTo(agent, name)) === 0) {
    if (performance.now() > until) return false;
    await delay(LOOK_MS);
  }
  return true;
}

const answersTo = async (agent: PeerAgent, name: string): Promise<number> =>
  (await agent.texts()).filter((text) => isAnswerTo(name, text)).length;

/** Whether its answer to another message names what was said before; who is refused asks again. */
async function knows(agent: PeerAgent, before: string, next: string): Promise<boolean> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const name = `${next}-${attempt}`;
    if (!(await isOver(agent.say(name)))) continue;
    const texts = await agent.texts();
    return texts.some((text) => isAnswerTo(name, text) && text.split(' of ')[1]?.includes(before));
  }
  return false;
}

/** Whether its turn ends well, and in time. */
async function isOver(said: Said): Promise<boolean> {
  ignored(said);
  const late = delay(PATIENCE_MS, false, { ref: false });
  return Promise.race([said.end.then(() => true).catch(() => false), late]);
}
