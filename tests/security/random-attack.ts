import { agentEventId } from './agent-event.ts';
import { foreignSubjects, hostileBodies, oddReplies } from './places.ts';
import { block, type Publish } from './plain-client.ts';
import { type Aim, type HeaderAttack, headerAttacks } from './server-headers.ts';

type Next = (limit: number) => number;

const KINDS = [
  'response.answer',
  'response.question',
  'response.progress',
  'turn.signalled',
  'turn.ready',
  'tool.project.create',
  'tool.project.get',
  'command.run',
  'process.exited',
  'users.allowed',
  '',
];

/** Times, sources and causes that an agent may state of itself. */
const ATTRIBUTES = [
  'ce-time: garbage',
  'ce-time: +275760-09-13T00:00:00.001Z',
  'ce-time: 1970-01-01T00:00:00.000Z',
  'ce-source: orchestrator/spawner',
  'ce-correlationid: tg-42-7',
  'ce-causationid: \u001b[2J',
  'ce-dataschema: urn:orchestrator:response.answer:v99999999999999999999',
  'ce-specversion: 9',
  'traceparent: x',
];

const LARGE = 200 * 1024;

/** What makes sense as data of one event or another, and what makes none. */
const DATA = [
  '{"text":"x"}',
  '{"text":"x","options":["a","b"],"waitMs":1}',
  '{"text":"x","waitMs":1e308}',
  '{"name":"evil"}',
  '{"projectId":"proj_1"}',
  '{"text":"\\u001b]0;x\\u0007\\u202e"}',
  '{"__proto__":{"text":"x"},"constructor":1}',
  `${'['.repeat(5_000)}${']'.repeat(5_000)}`,
  `{"text":"${'x'.repeat(LARGE)}"}`,
  '[]',
  'null',
  'nonsense',
  '\u0000',
];

/** Makes attempts with any subject, reply, headers and body; the same for the same numbers. */
export function randomAttacks(aim: Aim, own: readonly string[], next: Next): () => Publish {
  const pick = <T>(from: readonly T[]): T => {
    const one = from[next(from.length)];
    if (one === undefined) throw new Error('nothing to pick from');
    return one;
  };
  const headers = headerAttacks(aim);
  const foreign = foreignSubjects(aim);
  const replies = [...foreign, ...oddReplies(aim), `_INBOX_${aim.own}.x`];
  const bodies = [...hostileBodies(aim), ...DATA];
  return () => ({
    subject: pick(next(4) === 0 ? foreign : own),
    reply: next(2) === 0 ? pick(replies) : undefined,
    headers: anyHeaders(aim, headers, pick, next),
    body: pick(bodies),
  });
}

function anyHeaders(
  aim: Aim,
  attacks: readonly HeaderAttack[],
  pick: <T>(from: readonly T[]) => T,
  next: Next,
): string | undefined {
  if (next(8) === 0) return undefined;
  const attack = pick(attacks).headers;
  if (next(3) === 0) return attack;
  const ids = [agentEventId(aim.own), agentEventId(aim.other), 'tg-42-7', `${aim.own}_x`];
  const event = [`ce-id: ${pick(ids)}`, `ce-type: ${pick(KINDS)}`, 'ce-specversion: 1.0'];
  const odd = next(2) === 0 ? [pick(ATTRIBUTES)] : [];
  const more = next(2) === 0 ? [] : attack.split('\r\n').slice(1).filter(Boolean);
  return block([...event, ...odd, ...more]);
}
