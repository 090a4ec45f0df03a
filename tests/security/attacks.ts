import { saidWith } from './agent-event.ts';
import { ownResult } from './places.ts';
import { block, type PlainClient } from './plain-client.ts';
import type { Aim } from './server-headers.ts';

/**
 * The attacks that took everything over when agents and streams had one account, as they were done
 * then, with nothing but an agent's own credential (docs/security.md).
 */
export type Attack = (agent: PlainClient, aim: Aim) => void;

const lookUp = (agentId: string): string =>
  `$JS.API.DIRECT.GET.EVENTS.agents.${agentId}.result.none`;

/** A 404 has an empty body, which is a valid request to these. */
const ORDERS = [
  '$JS.API.STREAM.PURGE.LOGS',
  '$JS.API.STREAM.PURGE.EVENTS',
  '$JS.API.STREAM.DELETE.EVENTS_DLQ',
  '$JS.API.STREAM.DELETE.KV_nodes',
  '$JS.API.STREAM.DELETE.EVENTS',
];

const seconds = (fromNow: number): string =>
  `${new Date(Math.ceil(Date.now() / 1000 + fromNow) * 1000).toISOString().slice(0, 19)}Z`;

const say = (agent: PlainClient, { own }: Aim, lines: readonly string[]): void =>
  agent.publish(saidWith(own, lines));

/** A subject has one schedule, its last message: each on a subject of its own. */
function schedule(agent: PlainClient, { own }: Aim, name: string, lines: readonly string[]): void {
  agent.publish({ ...saidWith(own, lines), subject: `agents.${own}.${name}` });
}

export const ATTACKS = {
  /** A reply subject is not checked against permissions, and JetStream answers there. */
  'F1 orders by reply': (agent, { own }) => {
    for (const reply of ORDERS) agent.publish({ subject: lookUp(own), reply });
  },
  'F1 acknowledgements to others': (agent, { own, other }) => {
    const replies = [
      `agents.${other}.response.answer`,
      `agents.${other}.command.run`,
      'users.telegram.666.allowed',
      '$KV.nodes.node-1',
    ];
    for (const reply of replies) {
      agent.publish({ ...saidWith(own, []), reply });
      agent.publish({ subject: `$JS.API.DIRECT.GET.EVENTS.${ownResult(own)}`, reply });
    }
  },
  'F2 schedules for others': (agent, aim) => {
    const at = `Nats-Schedule: @at ${seconds(1)}`;
    const run = `agents.${aim.other}.command.run`;
    schedule(agent, aim, 'response.answer', [at, `Nats-Schedule-Target: ${run}`]);
    const allowed = 'users.telegram.666.allowed';
    schedule(agent, aim, 'response.question', [at, `Nats-Schedule-Target: ${allowed}`]);
  },
  'F2 copies of what others said': (agent, aim) => {
    schedule(agent, aim, 'response.progress', [
      `Nats-Schedule: @at ${seconds(1)}`,
      `Nats-Schedule-Target: agents.${aim.own}.result.stolen`,
      `Nats-Schedule-Source: agents.${aim.other}.command.send`,
    ]);
  },
  'F2 schedules that outlive it': (agent, aim) => {
    schedule(agent, aim, 'response.answer', [
      'Nats-Schedule: @every 1s',
      `Nats-Schedule-Target: agents.${aim.own}.response.progress`,
    ]);
  },
  'F4 rollup': (agent, aim) => {
    say(agent, aim, ['Nats-Rollup: sub']);
    say(agent, aim, ['Nats-Rollup: all']);
  },
  'F4 a time to live': (agent, aim) => {
    say(agent, aim, ['Nats-TTL: 1s']);
  },
  /** `ids` are those that a service will state next. */
  'F5 ids of others': (agent, aim) => {
    for (const id of claimedIds(aim)) {
      const { subject, body } = saidWith(aim.own, []);
      const lines = ['ce-type: response.answer', `ce-id: ${id}`, `Nats-Msg-Id: ${id}`];
      agent.publish({ subject, body, headers: block(lines) });
    }
  },
  'F6 open batches': (agent, aim) => {
    for (let open = 0; open < 60; open += 1) {
      say(agent, aim, [`Nats-Batch-Id: open-${open}`, 'Nats-Batch-Sequence: 1']);
    }
  },
} satisfies Record<string, Attack>;

export type AttackName = keyof typeof ATTACKS;

/** Derivable by anybody: a bot's next update, the start of another's turn, the stop of its own run. */
export const claimedIds = ({ own, other }: Aim): string[] => [
  'tg-42-7',
  `turn.started:${other}`,
  `process.stopping:${own}`,
];
