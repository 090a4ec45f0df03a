import type { Logger } from 'pino';
import { type AgentState, isLive, type Run } from '../core/domain/agent/agent-state.ts';
import { credentialsEnd, credentialUser } from '../core/domain/agent/run/credentials.ts';
import type { SystemFollower } from '../core/projection/system-follower.ts';
import { BackOff, isWorthSaying } from '../platform/async/back-off.ts';
import type { Health } from '../platform/service/health.ts';
import type { EventType } from '../schemas/event-catalogue.ts';
import { parseSubject } from '../schemas/subjects.ts';

export interface CredentialRevokerOptions {
  follower: SystemFollower;
  health: Health;
  logger: Logger;
  clock: () => Date;
  /**
   * Takes away the credentials of these users of the server, each minted up to its date, and gives
   * back those of all others. Safe to repeat; throws where the server does not take it.
   */
  revoke: (users: ReadonlyMap<string, Date>) => Promise<void>;
}

const CHECK = 'credentials';
const TIMES = { firstMs: 250, longestMs: 30_000 };

/** A credential that is taken away. */
interface Revocation {
  /** Of a run (`credentialUser`). */
  user: string;
  /** What was minted up to then does not count. */
  upTo: Date;
  /** When every such credential has expired by itself. */
  expires: Date;
}

/**
 * Takes an agent's credential away when its process has ended, so that nothing that was left behind
 * or copied speaks in its name, and while it is over its quota. All spawners do so, each for all
 * agents: they fold the same log and come to the same, whoever is last.
 */
export class CredentialRevoker {
  readonly #options: CredentialRevokerOptions;
  readonly #revoked = new Map<string, Revocation[]>();
  #changed = false;
  #running = false;

  constructor(options: CredentialRevokerOptions) {
    this.#options = options;
  }

  /** Revokes what is to be revoked, and then at every change of that until the signal aborts. */
  start(signal: AbortSignal): void {
    const { follower } = this.#options;
    for (const state of follower.state.agents.values()) this.#note(state);
    const unsubscribe = follower.subscribe((message, parsed) => {
      if (parsed.kind !== 'event' || !TYPES.has(parsed.event.type)) return;
      const address = parseSubject(message.subject);
      if (address === undefined || !('agentId' in address)) return;
      this.#note(follower.state.agents.get(address.agentId));
      this.#look(signal);
    });
    signal.addEventListener('abort', unsubscribe, { once: true });
    this.#look(signal);
  }

  /** Takes the credential of a worker away, too, which the log does not tell of. */
  revokeWorker(workerId: string, upTo: Date, expires: Date, signal: AbortSignal): void {
    this.#revoked.set(workerId, [{ user: workerId, upTo, expires }]);
    this.#look(signal);
  }

  #note(state: AgentState | undefined): void {
    if (state === undefined) return;
    const revocations = revocationsOf(state);
    if (revocations.length > 0) this.#revoked.set(state.agentId, revocations);
    else this.#revoked.delete(state.agentId);
  }

  #look(signal: AbortSignal): void {
    this.#changed = true;
    if (!this.#running) void this.#run(signal);
  }

  /** Never rejects. It is over in the same moment in which it finds nothing changed any more. */
  async #run(signal: AbortSignal): Promise<void> {
    this.#running = true;
    const backOff = new BackOff(TIMES);
    while (this.#changed && !signal.aborted) {
      this.#changed = false;
      try {
        await this.#options.revoke(this.#valid());
        this.#options.health.report(CHECK, true, 'ended and muted agents have none');
        backOff.reset();
      } catch (error) {
        this.#changed = true;
        const wait = backOff.wait(signal);
        if (isWorthSaying(backOff.failures)) this.#failed(error);
        await wait;
      }
    }
    this.#running = false;
  }

  #failed(error: unknown): void {
    const { health, logger } = this.#options;
    const reason = error instanceof Error ? error.message : String(error);
    health.report(
      CHECK,
      false,
      `ended and muted agents still have theirs: ${reason}; it is tried again`,
    );
    logger.warn({ err: error }, 'credentials not revoked, trying again');
  }

  /** What has expired by itself needs no revocation. */
  #valid(): ReadonlyMap<string, Date> {
    const now = this.#options.clock();
    for (const [agentId, revocations] of this.#revoked) {
      const valid = revocations.filter(({ expires }) => expires > now);
      if (valid.length > 0) this.#revoked.set(agentId, valid);
      else this.#revoked.delete(agentId);
    }
    return new Map([...this.#revoked.values()].flat().map(({ user, upTo }) => [user, upTo]));
  }
}

/** At these a credential is taken away or given back. */
const TYPES: ReadonlySet<EventType> = new Set<EventType>([
  'process.stopped',
  'process.exited',
  'process.lost',
  'process.start-failed',
  'process.muted',
  'process.unmuted',
  'process.resumed',
]);

/** Of earlier runs, and of the last one where there is something to be taken away. */
function revocationsOf(state: AgentState): Revocation[] {
  if (state.phase === 'unknown') return [];
  const earlier = (state.revoked ?? []).map(({ user, expires }) =>
    forGood(user, new Date(expires)),
  );
  const last = lastRevocation(state);
  return last ? [...earlier, last] : earlier;
}

/** Of an ended agent for good; of one that is muted what it had, so that a new one counts at once. */
function lastRevocation(state: Exclude<AgentState, { phase: 'unknown' }>): Revocation | undefined {
  const { agentId } = state;
  const end = (run: Run) => credentialsEnd(state, new Date(run.expiresAt));
  if (state.phase === 'ended') {
    const { lastRun } = state;
    return lastRun ? forGood(credentialUser(agentId, lastRun), end(lastRun)) : undefined;
  }
  if (!isLive(state) || !state.muted) return undefined;
  const user = credentialUser(agentId, state.run);
  return { user, upTo: new Date(state.muted.at), expires: end(state.run) };
}

const forGood = (user: string, end: Date): Revocation => ({ user, upTo: end, expires: end });
