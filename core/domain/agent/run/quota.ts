import type { Settings } from '../../../../schemas/settings.ts';
import type { LiveAgent } from '../agent-state.ts';

/** How much one agent may say and send. Sizes in bytes. */
export interface Quotas {
  eventsPerMinute: number;
  bytesPerMinute: number;
  events: number;
  bytes: number;
  files: number;
  fileBytes: number;
  /** Waiting for an answer at a time. */
  questions: number;
  /** Waiting for a result at a time. */
  calls: number;
  /** To NATS, at a time. */
  connections: number;
  /** How long a minute is: other than 60,000 in tests alone. */
  minuteMs: number;
}

export const quotasOf = (settings: Settings): Quotas => ({
  eventsPerMinute: settings.ORCHESTRATOR_QUOTA_EVENTS_MINUTE,
  bytesPerMinute: settings.ORCHESTRATOR_QUOTA_BYTES_MINUTE,
  events: settings.ORCHESTRATOR_QUOTA_EVENTS,
  bytes: settings.ORCHESTRATOR_QUOTA_BYTES,
  files: settings.ORCHESTRATOR_QUOTA_FILES,
  fileBytes: settings.ORCHESTRATOR_QUOTA_FILE_BYTES,
  questions: settings.ORCHESTRATOR_QUOTA_QUESTIONS,
  calls: settings.ORCHESTRATOR_QUOTA_CALLS,
  connections: settings.ORCHESTRATOR_QUOTA_CONNECTIONS,
  minuteMs: 60_000,
});

/** What stands in FILES of an agent. */
export interface FileUsage {
  files: number;
  bytes: number;
}

/** That an agent is over its quota, in words for people. */
export interface Excess {
  reason: string;
  cure: string;
  /** Absent: until somebody raises the quota. */
  until?: string;
}

/**
 * A credential that is minted in the second of its revocation is revoked too (a JWT knows seconds),
 * and the clocks of two machines are never quite the same.
 */
const SHORTEST_MS = 3_000;

/** Is an agent over its quota? What holds for good is told first. Pure. */
export function overQuota(
  { said }: Pick<LiveAgent, 'said'>,
  files: FileUsage | undefined,
  quotas: Quotas,
  now: Date,
  connections = 0,
): Excess | undefined {
  return (
    exceeded(said?.events, quotas.events, 'messages', 'EVENTS') ??
    exceeded(said?.bytes, quotas.bytes, 'bytes of messages', 'BYTES') ??
    exceeded(files?.files, quotas.files, 'files', 'FILES') ??
    exceeded(files?.bytes, quotas.fileBytes, 'bytes of files', 'FILE_BYTES') ??
    overMinute(said?.minute, quotas, now) ??
    overConnections(connections, quotas, now)
  );
}

function exceeded(
  count: number | undefined,
  quota: number,
  what: string,
  setting: string,
): Excess | undefined {
  if (count === undefined || count <= quota) return undefined;
  return {
    reason: `${count} ${what}, where ${quota} are allowed in all`,
    cure: `An operator can raise ORCHESTRATOR_QUOTA_${setting}.`,
  };
}

function overMinute(
  minute: { since: string; events: number; bytes: number } | undefined,
  { eventsPerMinute, bytesPerMinute, minuteMs }: Quotas,
  now: Date,
): Excess | undefined {
  if (minute === undefined) return undefined;
  const end = Date.parse(minute.since) + minuteMs;
  if (end <= now.getTime()) return undefined;
  const { events, bytes } = minute;
  const until = new Date(Math.max(end, now.getTime() + SHORTEST_MS)).toISOString();
  const excess = (count: number, what: string, quota: number): Excess => ({
    reason: `${count} ${what} within a minute, where ${quota} are allowed`,
    cure: `It may speak again at ${until}.`,
    until,
  });
  if (events > eventsPerMinute) return excess(events, 'messages', eventsPerMinute);
  return bytes > bytesPerMinute ? excess(bytes, 'bytes of messages', bytesPerMinute) : undefined;
}

/** They are closed when it is muted, so there is nothing to count until it may speak again. */
function overConnections(
  count: number,
  { connections, minuteMs }: Quotas,
  now: Date,
): Excess | undefined {
  if (count <= connections) return undefined;
  const until = new Date(now.getTime() + Math.max(minuteMs, SHORTEST_MS)).toISOString();
  return {
    reason: `${count} connections at a time, where ${connections} are allowed`,
    cure: `It may speak again at ${until}.`,
    until,
  };
}

/** What the quotas ask for. */
export type Verdict =
  | { do: 'mute'; excess: Excess }
  | { do: 'unmute' }
  /** Nothing before this instant, where nothing else happens. */
  | { do: 'wait'; until: Date };

/**
 * What is to be done about an agent's quota; undefined where that is nothing. Pure.
 *
 * @param files undefined while they are not counted: what was muted for good stays so
 * @param connections that it has to NATS at the moment
 */
export function judgeQuota(
  state: LiveAgent,
  files: FileUsage | undefined,
  quotas: Quotas,
  now: Date,
  connections = 0,
): Verdict | undefined {
  // It is about to end.
  if (state.phase === 'stopping') return undefined;
  const { muted } = state;
  const excess = overQuota(state, files, quotas, now, connections);
  if (muted === undefined) return excess && { do: 'mute', excess };
  const forGood = excess !== undefined && excess.until === undefined;
  if (muted.until === undefined) {
    if (forGood || files === undefined) return undefined;
  } else if (forGood) return { do: 'mute', excess };
  const earliest = Date.parse(muted.at) + SHORTEST_MS;
  const end = muted.until === undefined ? earliest : Math.max(Date.parse(muted.until), earliest);
  return end > now.getTime() ? { do: 'wait', until: new Date(end) } : { do: 'unmute' };
}
