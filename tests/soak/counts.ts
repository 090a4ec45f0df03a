import { RESPONSES_STREAM } from '../../schemas/redis/keys.ts';
import type { Place } from './places.ts';
import { PEOPLE, type World } from './world.ts';

/** What the bot sets before a question. */
const QUESTION = /^❓ /;

/** What was said, and how much of it was lost or doubled on each of its ways: zeros are right. */
export interface Counts {
  messages: number;
  endedAgents: number;
  notOneCommand: number;
  notOneOutcome: number;
  failed: number;
  notOneAnswer: number;
  notOnceInChat: number;
  notOnceInRedis: number;
}

export async function count(world: World, places: readonly Place[]): Promise<Counts> {
  const { outcomes, telegram, redis } = world;
  const said = places.flatMap((place) => place.said);
  const ends = said.map((text) => outcomes.ends.get(text) ?? []);
  const inRedis = new Map<string, number>();
  for (const { fields } of await redis.entries(RESPONSES_STREAM)) {
    const { message, question } = Object.fromEntries(fields);
    const text = message ?? question;
    if (text !== undefined) inRedis.set(text, (inRedis.get(text) ?? 0) + 1);
  }
  const inChat = (user: number, text: string) =>
    telegram.api
      .texts(user)
      .map((shown) => shown.replace(QUESTION, ''))
      .filter((shown) => shown === text || shown.startsWith(`${text}\n`));
  const ofPeople = places.flatMap(({ said: texts }, index) =>
    texts.map((text) => [PEOPLE[index], text] as const),
  );
  return {
    messages: said.length,
    endedAgents: outcomes.endedAgents,
    notOneCommand: said.filter((text) => outcomes.commands.get(text) !== 1).length,
    notOneOutcome: ends.filter(({ length }) => length !== 1).length,
    failed: ends.flat().filter((type) => type !== 'turn.ended').length,
    notOneAnswer: said.filter((text) => outcomes.said.get(text) !== 1).length,
    notOnceInChat: ofPeople.filter(([user, text]) => user && inChat(user, text).length !== 1)
      .length,
    notOnceInRedis: said.filter((text) => inRedis.get(text) !== 1).length,
  };
}
