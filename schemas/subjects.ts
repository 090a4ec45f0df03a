import { isAgentId, isToken } from './ids.ts';

/** Where an event lives. One builder and one parser, so that no other file spells a subject. */
export type Address =
  | { family: 'command' | 'process' | 'turn' | 'response' | 'timer'; agentId: string; name: string }
  | { family: 'tool'; agentId: string; tool: string; verb: string }
  | { family: 'result'; agentId: string; callId: string }
  | { family: 'log'; agentId: string; name: 'stdout' | 'stderr' }
  | { family: 'file'; agentId: string; fileId: string }
  | { family: 'user'; channel: string; userId: string; name: string }
  | { family: 'project'; projectId: string; name: string }
  | { family: 'job' | 'job-timer'; jobId: string; name: string }
  | { family: 'job-log'; jobId: string; name: 'stdout' | 'stderr' }
  | { family: 'node'; node: string; name: string }
  | { family: 'token'; tokenId: string; name: string }
  | { family: 'stream'; stream: string; name: string }
  | { family: 'delivery'; channel: string; deliveryId: string; name: string };

/** What a schedule becomes when it is due: the parts of TIMERS that EVENTS sources. */
export const FIRED_TIMERS = ['agents.*.timer.*', 'jobs.*.timer.*'] as const;

const AGENT_FAMILIES = new Set(['command', 'process', 'turn', 'response', 'timer']);

export class InvalidSubject extends Error {
  override readonly name = 'InvalidSubject';
}

function token(text: string, what: string): string {
  if (!isToken(text)) {
    throw new InvalidSubject(`${what} ${JSON.stringify(text)} cannot be part of a subject`);
  }
  return text;
}

function agent(agentId: string): string {
  if (!isAgentId(agentId)) {
    throw new InvalidSubject(
      `${JSON.stringify(agentId)} is not an agent id (agent- and 12 hex digits)`,
    );
  }
  return agentId;
}

/**
 * The subject of an address. Throws {@link InvalidSubject} where a part may not be a token.
 *
 * @example
 * subjectOf({ family: 'turn', agentId: 'agent-0123456789ab', name: 'started' });
 * // 'agents.agent-0123456789ab.turn.started'
 */
export function subjectOf(address: Address): string {
  switch (address.family) {
    case 'tool':
      return `agents.${agent(address.agentId)}.tool.${token(address.tool, 'tool')}.${token(address.verb, 'verb')}`;
    case 'result':
      return `agents.${agent(address.agentId)}.result.${token(address.callId, 'call id')}`;
    case 'file':
      return `agents.${agent(address.agentId)}.file.${token(address.fileId, 'file id')}`;
    case 'user':
      return `users.${token(address.channel, 'channel')}.${token(address.userId, 'user id')}.${token(address.name, 'name')}`;
    case 'project':
      return `projects.${token(address.projectId, 'project id')}.${token(address.name, 'name')}`;
    case 'job':
      return `jobs.${token(address.jobId, 'job id')}.${token(address.name, 'name')}`;
    case 'job-log':
      return `jobs.${token(address.jobId, 'job id')}.log.${address.name}`;
    case 'job-timer':
      return `jobs.${token(address.jobId, 'job id')}.timer.${token(address.name, 'name')}`;
    case 'node':
      return `nodes.${token(address.node, 'node')}.${token(address.name, 'name')}`;
    case 'token':
      return `tokens.${token(address.tokenId, 'token id')}.${token(address.name, 'name')}`;
    case 'stream':
      return `streams.${token(address.stream, 'stream')}.${token(address.name, 'name')}`;
    case 'delivery':
      return `deliveries.${token(address.channel, 'channel')}.${token(address.deliveryId, 'delivery id')}.${token(address.name, 'name')}`;
    default:
      return `agents.${agent(address.agentId)}.${address.family}.${token(address.name, 'name')}`;
  }
}

/** Of the subject that was asked for last: all who look at an event ask for the same, one after the other. */
let parsed: { subject: string; address: Address | undefined } = { subject: '', address: undefined };

/** The address of a subject, or undefined where it is none of ours. Never throws. */
export function parseSubject(subject: string): Readonly<Address> | undefined {
  if (parsed.subject !== subject) parsed = { subject, address: addressOf(subject) };
  return parsed.address;
}

function addressOf(subject: string): Address | undefined {
  const parts = subject.split('.');
  if (!parts.every(isToken)) return undefined;
  const [root = '', first = '', second = '', third = ''] = parts;
  if (root === 'users' && parts.length === 4) {
    return { family: 'user', channel: first, userId: second, name: third };
  }
  if (root === 'deliveries' && parts.length === 4) {
    return { family: 'delivery', channel: first, deliveryId: second, name: third };
  }
  if (root === 'projects' && parts.length === 3) {
    return { family: 'project', projectId: first, name: second };
  }
  if (root === 'jobs') return parseJobSubject(first, parts.slice(2));
  if (root === 'nodes' && parts.length === 3) return { family: 'node', node: first, name: second };
  if (root === 'tokens' && parts.length === 3) {
    return { family: 'token', tokenId: first, name: second };
  }
  if (root === 'streams' && parts.length === 3) {
    return { family: 'stream', stream: first, name: second };
  }
  if (root !== 'agents' || !isAgentId(first)) return undefined;
  return parseAgentSubject(first, parts.slice(2));
}

function parseJobSubject(jobId: string, rest: string[]): Address | undefined {
  const [family = '', name = ''] = rest;
  if (rest.length === 1) return { family: 'job', jobId, name: family };
  if (rest.length !== 2) return undefined;
  if (family === 'timer') return { family: 'job-timer', jobId, name };
  const isLog = family === 'log' && (name === 'stdout' || name === 'stderr');
  return isLog ? { family: 'job-log', jobId, name } : undefined;
}

function parseAgentSubject(agentId: string, rest: string[]): Address | undefined {
  const [family = '', name = '', verb = ''] = rest;
  if (family === 'tool' && rest.length === 3) return { family, agentId, tool: name, verb };
  if (rest.length !== 2) return undefined;
  if (family === 'result') return { family, agentId, callId: name };
  if (family === 'file') return { family, agentId, fileId: name };
  if (family === 'log' && (name === 'stdout' || name === 'stderr'))
    return { family, agentId, name };
  if (!AGENT_FAMILIES.has(family)) return undefined;
  // The set holds exactly the families of this variant.
  return { family: family as 'command', agentId, name };
}

/** Filters: every event of one agent, or one of its families. */
export const agentFilter = (agentId: string, family = '>'): string =>
  family === '>' ? `agents.${agent(agentId)}.>` : `agents.${agent(agentId)}.${family}.>`;

/** What a channel that brings people what is said and done reads of EVENTS: of agents, and of jobs without their timers. */
export const SAID_AND_DONE: readonly string[] = ['agents.>', 'jobs.*.*'];

export const userFilter = (channel: string, userId: string): string =>
  `users.${token(channel, 'channel')}.${token(userId, 'user id')}.>`;

/** What the run of a job prints. */
export const jobLogFilter = (jobId: string): string => `jobs.${token(jobId, 'job id')}.log.*`;

/** Every event of one job but its timers. */
export const jobFilter = (jobId: string): string => `jobs.${token(jobId, 'job id')}.*`;

export const nodeFilter = (node: string): string => `nodes.${token(node, 'node')}.>`;

/** Every event of the tokens of the HTTP API. */
export const TOKENS_FILTER = 'tokens.*.*';

/** Every event of one delivery, or of a channel's all. */
export const deliveryFilter = (channel: string, deliveryId?: string): string =>
  deliveryId === undefined
    ? `deliveries.${token(channel, 'channel')}.>`
    : `deliveries.${token(channel, 'channel')}.${token(deliveryId, 'delivery id')}.>`;

/** Where the order of a job waits for a worker of its tool: one message, until the job is over. */
export const workSubject = (tool: string, jobId: string): string =>
  `work.${token(tool, 'tool')}.${token(jobId, 'job id')}`;

/** What workers may say of a job; `jobId` is `*` for a credential, which knows only its tool. */
export const WORKER_SAYS = ['progress', 'completed', 'failed'] as const;

/** Everything that workers say of one job, or of every job of their tool. */
export const workedFilter = (tool: string, jobId?: string): string =>
  `worked.${token(tool, 'tool')}.${jobId === undefined ? '*' : token(jobId, 'job id')}.*`;

/** Where workers of a tool hear that a job of theirs is to end. */
export const workOverSubject = (tool: string, jobId: string): string =>
  `work-over.${token(tool, 'tool')}.${token(jobId, 'job id')}`;

/**
 * Where a timer waits; when it fires, the server publishes to `agents.<id>.timer.<name>`. The key is
 * what the timer is for: a later one for the same takes its place, one for another stands beside it.
 */
export const scheduleSubject = (agentId: string, name: string, key: string): string =>
  `schedules.${agent(agentId)}.${token(name, 'timer')}.${token(key, 'timer key')}`;

/** Where a timer of a job waits, as {@link scheduleSubject} has those of agents. */
export const jobScheduleSubject = (jobId: string, name: string): string =>
  `schedules.${token(jobId, 'job id')}.${token(name, 'timer')}.job`;

/** What agents say, each by itself and in its own name: an agent's credential holds these. */
export const AGENT_SAYS = {
  response: ['answer', 'question', 'progress'],
  turn: ['signalled', 'ready'],
} as const;

/** What the spawner states of a turn. */
const TURN_FACTS = ['started', 'nudged', 'ended', 'failed', 'snapshot', 'snapshot-failed'] as const;

/**
 * The subjects of each stream (design, "Subjects"). SAID takes what agents say and has no powers; TIMERS takes
 * schedules and what they become; EVENTS sources both, so that it is one total order, and its own subjects
 * are written by services alone (docs/decisions/0042-three-streams.md).
 */
export const STREAM_SUBJECTS = {
  EVENTS: [
    'agents.*.command.*',
    'agents.*.process.*',
    ...TURN_FACTS.map((name) => `agents.*.turn.${name}`),
    'agents.*.result.*',
    'users.>',
    'deliveries.>',
    'projects.>',
    'jobs.*.*',
    'nodes.>',
    'tokens.*.*',
    'streams.>',
  ],
  SAID: [
    'agents.*.response.*',
    'agents.*.tool.*.*',
    ...AGENT_SAYS.turn.map((name) => `agents.*.turn.${name}`),
  ],
  TIMERS: ['schedules.>', ...FIRED_TIMERS],
  LOGS: ['agents.*.log.*', 'jobs.*.log.*'],
  FILES: ['agents.*.file.*'],
  EVENTS_DLQ: ['dlq.>'],
  IDS: ['ids.*'],
  WORK: ['work.*.*'],
  WORKED: ['worked.*.*.*'],
  SEALS: ['seals.>'],
} as const satisfies Record<string, readonly string[]>;

export type StreamName = keyof typeof STREAM_SUBJECTS;

const SAID_FAMILIES = ['response', 'tool'];

/** Whether what stands on this subject is an agent's own word, whoever published it. */
export function isAgentsWord(subject: string): boolean {
  // Whoever asks has mostly asked for its address before.
  const { address } = parsed;
  if (parsed.subject === subject && address !== undefined) return saysItself(address);
  const [root, , family = '', name = ''] = subject.split('.');
  if (root !== 'agents') return false;
  return SAID_FAMILIES.includes(family) || (family === 'turn' && isSaidOfTurn(name));
}

function saysItself(address: Address): boolean {
  const { family } = address;
  return (
    family === 'response' || family === 'tool' || (family === 'turn' && isSaidOfTurn(address.name))
  );
}

const isSaidOfTurn = (name: string): boolean => AGENT_SAYS.turn.some((said) => said === name);

/** The stream that takes an event: SAID for an agent's word, EVENTS for what services state. */
export const streamOf = (subject: string): 'EVENTS' | 'SAID' =>
  isAgentsWord(subject) ? 'SAID' : 'EVENTS';
