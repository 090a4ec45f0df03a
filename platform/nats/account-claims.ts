import { type Account, type Export, encodeAccount, type Import } from '@nats-io/jwt';
import { AGENT_SAYS, WORKER_SAYS } from '../../schemas/subjects.ts';
import type { Trust } from './trust.ts';

type AccountKeys = Pick<Trust, 'operator' | 'account' | 'agents'>;

const UNLIMITED = -1;

/** What the JWT library leaves out is 0, and 0 means none. */
export const ACCOUNT_LIMITS = {
  conn: UNLIMITED,
  leaf: UNLIMITED,
  imports: UNLIMITED,
  exports: UNLIMITED,
  subs: UNLIMITED,
  data: UNLIMITED,
  payload: UNLIMITED,
  wildcards: true,
};

/**
 * Connections of all agents together: what they open beyond is refused, and the server's memory, its
 * descriptors and the places of services are left alone. An agent may have far fewer, which its
 * spawner sees to (docs/decisions/0114-connections-of-agents.md).
 */
export const AGENTS_CONNECTIONS = 4_096;

/** Limits of the services' account, which has the streams. An account without them has no JetStream. */
const JETSTREAM_LIMITS = {
  mem_storage: UNLIMITED,
  disk_storage: UNLIMITED,
  streams: UNLIMITED,
  consumer: UNLIMITED,
};

/**
 * What crosses from the agents' account into the one with the streams: what an agent says, its tool
 * calls, its files, and the look-up of a result of its own. Each a service: the acknowledgement goes
 * back, and stays in the agents' account wherever its reply subject points.
 */
const SERVICES = [
  ...AGENT_SAYS.response.map((name) => `agents.*.response.${name}`),
  ...AGENT_SAYS.turn.map((name) => `agents.*.turn.${name}`),
  'agents.*.tool.*.*',
  'agents.*.file.*',
  '$JS.API.DIRECT.GET.EVENTS.agents.*.result.*',
];

/**
 * What workers of a tool may reach (docs/decisions/0110-workers-take-orders-from-a-queue.md): the next
 * order, which is a stream of answers, what they acknowledge, and what they say. A worker's credential
 * names its tool in each; an agent's has none of them.
 */
const WORKERS: readonly { subject: string; response: 'Singleton' | 'Stream' }[] = [
  { subject: '$JS.API.CONSUMER.MSG.NEXT.WORK.*', response: 'Stream' },
  { subject: '$JS.ACK.WORK.>', response: 'Singleton' },
  ...WORKER_SAYS.map((name) => ({
    subject: `worked.*.*.${name}`,
    response: 'Singleton' as const,
  })),
];

/** What crosses the other way: that a result is there, and that a job is to end. */
const HEARD = ['agents.*.result.*', 'work-over.*.*'];

/** The account that has the streams; services and operators are its users. */
export const servicesAccountJwt = ({ operator, account }: AccountKeys): Promise<string> =>
  encodeAccount(
    'orchestrator',
    account,
    { limits: { ...ACCOUNT_LIMITS, ...JETSTREAM_LIMITS }, exports: exportsToAgents() },
    { signer: operator },
  );

/** The account of agents, without JetStream: see {@link SERVICES}. */
export const agentsAccountJwt = ({ operator, account, agents }: AccountKeys): Promise<string> =>
  encodeAccount('agents', agents, agentsAccount(account.getPublicKey()), { signer: operator });

/** The claims of the agents' account; `servicesAccount` is the public key of the other one. */
function agentsAccount(servicesAccount: string): Partial<Account> {
  const limits = { ...ACCOUNT_LIMITS, conn: AGENTS_CONNECTIONS };
  return { limits, imports: importsOfAgents(servicesAccount) };
}

const exportsToAgents = (): Export[] => [
  ...SERVICES.map(
    (subject): Export => ({
      name: subject,
      subject,
      type: 'service',
      response_type: 'Singleton',
    }),
  ),
  ...WORKERS.map(
    ({ subject, response }): Export => ({
      name: subject,
      subject,
      type: 'service',
      response_type: response,
    }),
  ),
  ...HEARD.map((subject): Export => ({ name: subject, subject, type: 'stream' })),
];

const importsOfAgents = (account: string): Import[] => [
  ...SERVICES.map((subject) => importOf(subject, account, 'service')),
  ...WORKERS.map(({ subject }) => importOf(subject, account, 'service')),
  ...HEARD.map((subject) => importOf(subject, account, 'stream')),
];

const importOf = (subject: string, account: string, type: 'service' | 'stream'): Import => ({
  name: subject,
  subject,
  local_subject: subject,
  account,
  type,
});
