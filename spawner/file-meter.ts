import type { Logger } from 'pino';
import type { FileUsage } from '../core/domain/agent/run/quota.ts';
import type { EventLog } from '../core/log/event-log.ts';
import type { StoredMessage } from '../core/log/stored-message.ts';
import { agentFilter, parseSubject } from '../schemas/subjects.ts';

export interface FileMeterOptions {
  log: EventLog;
  logger: Logger;
  /** Something of this agent was counted. */
  onChange: (agentId: string) => void;
}

interface Count {
  ids: Set<string>;
  pieces: number;
  bytes: number;
}

/** Of agents that come and go within this, the stream is asked once. */
const GATHER_MS = 100;
const LONGEST_WAIT_MS = 30_000;

/** A file of 50 MB has as many; what has more pieces counts as several files. */
const PIECES_A_FILE = 100;

/**
 * Counts what FILES holds of the agents of this spawner, by headers alone: how large a piece is, the
 * server says. Pieces of all others cost nothing here. It forgets what it counted when the agents
 * change, and counts anew, which is some thousand headers at most.
 */
export class FileMeter {
  readonly #options: FileMeterOptions;
  readonly #agents = new Set<string>();
  #counts = new Map<string, Count>();
  /** Those that are counted up to now; the rest are being counted. */
  #counted: ReadonlySet<string> = new Set();
  #following: AbortController | undefined;
  #gathering: NodeJS.Timeout | undefined;
  #stopped = false;
  #waitMs = GATHER_MS;

  constructor(options: FileMeterOptions) {
    this.#options = options;
  }

  /** Has this agent counted; cheap where it is. */
  add(agentId: string): void {
    if (this.#agents.has(agentId)) return;
    this.#agents.add(agentId);
    this.#changed();
  }

  remove(agentId: string): void {
    if (this.#agents.delete(agentId)) this.#changed();
  }

  /** Undefined while it is not known. */
  usage(agentId: string): FileUsage | undefined {
    if (!this.#counted.has(agentId)) return undefined;
    const { ids, pieces, bytes } = this.#counts.get(agentId) ?? nothing();
    return { files: Math.max(ids.size, Math.ceil(pieces / PIECES_A_FILE)), bytes };
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#gathering);
    this.#following?.abort();
  }

  #changed(): void {
    if (this.#stopped) return;
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined;
      this.#restart();
    }, this.#waitMs);
  }

  #restart(): void {
    this.#following?.abort();
    const following = new AbortController();
    this.#following = following;
    const agents = new Set(this.#agents);
    if (agents.size === 0) return;
    this.#follow(agents, following.signal).catch((error: unknown) => {
      if (following.signal.aborted) return;
      this.#options.logger.warn({ err: error }, 'files of agents cannot be counted');
      this.#waitMs = Math.min(2 * this.#waitMs, LONGEST_WAIT_MS);
      this.#changed();
    });
  }

  async #follow(agents: ReadonlySet<string>, signal: AbortSignal): Promise<void> {
    const counts = new Map<string, Count>();
    const filter = [...agents].map((agentId) => agentFilter(agentId, 'file'));
    const options = { stream: 'FILES', from: { sequence: 1 }, filter, headersOnly: true } as const;
    for await (const { messages, caughtUp } of this.#options.log.follow({ ...options, signal })) {
      const changed = new Set(messages.map((message) => count(counts, message)));
      if (!caughtUp) continue;
      this.#waitMs = GATHER_MS;
      const known = this.#counts === counts;
      this.#counts = counts;
      this.#counted = agents;
      for (const agentId of known ? changed : agents) {
        if (agentId !== undefined) this.#options.onChange(agentId);
      }
    }
  }
}

const nothing = (): Count => ({ ids: new Set(), pieces: 0, bytes: 0 });

function count(counts: Map<string, Count>, { subject, size }: StoredMessage): string | undefined {
  const address = parseSubject(subject);
  if (address?.family !== 'file') return undefined;
  const { agentId, fileId } = address;
  const one = counts.get(agentId) ?? nothing();
  counts.set(agentId, one);
  one.ids.add(fileId);
  one.pieces += 1;
  one.bytes += size;
  return agentId;
}
