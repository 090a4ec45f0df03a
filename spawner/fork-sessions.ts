import { join } from 'node:path/posix';
import type { Logger } from 'pino';
import type { ProcessFile } from '../agents/process-file.ts';
import { cutSession } from '../core/conversation/cut-session.ts';
import { sessionSpan } from '../core/conversation/session-span.ts';
import { standing } from '../core/conversation/standing.ts';
import { isLive, placeOf, type Run } from '../core/domain/agent/agent-state.ts';
import type { EventLog } from '../core/log/event-log.ts';
import { type KnownAgent, lifeFromLog } from '../core/projection/life-from-log.ts';
import {
  LINE_SESSIONS,
  movedSessionPath,
  SESSION_ID_FILE,
} from '../platform/export/session-folders.ts';
import { sessionInHome } from '../platform/export/session-in-home.ts';
import type { StoredEvent } from '../schemas/event.ts';
import type { ForkedFrom } from '../schemas/events/command.ts';
import { parseEvent } from '../schemas/parse-event.ts';
import { agentFilter } from '../schemas/subjects.ts';
import type { AgentRuntimes } from './agent-runtimes.ts';
import { FileRefused } from './runtime/file-refused.ts';
import type { HomeFile, Runtime } from './runtime/runtime.ts';

/** Whose session is wanted, and for whom. */
export interface ForkWanted {
  agentId: string;
  kind: string;
  forkedFrom: ForkedFrom;
}

/** What is parsed at once, while the other agents wait. */
const MAX_SESSION = 32 * 1024 * 1024;
const MAX_ID = 1_000;

/** As a host takes it (`agents/host/session-file.ts`); it becomes a part of a file's name here. */
const SESSION_ID = /^[A-Za-z0-9][\w.-]{0,199}$/;

/**
 * The session of another agent's CLI up to the end of a turn, as files for the home of its fork. The other home is only read
 * (docs/decisions/0163-a-fork-has-the-session-up-to-a-turn.md).
 */
export class ForkSessions {
  readonly #log: EventLog;
  readonly #runtimes: AgentRuntimes;
  readonly #logger: Logger;

  constructor({
    log,
    runtimes,
    logger,
  }: {
    log: EventLog;
    runtimes: AgentRuntimes;
    logger: Logger;
  }) {
    this.#log = log;
    this.#runtimes = runtimes;
    this.#logger = logger;
  }

  /**
   * Undefined where there is none that is certain to hold that turn and nothing later. The same whenever it is called, as
   * long as the other home is there.
   *
   * @param runtime of the fork
   */
  async files(
    fork: ForkWanted,
    runtime: Runtime,
    signal: AbortSignal,
  ): Promise<ProcessFile[] | undefined> {
    try {
      const found = await this.#cut(fork, runtime, signal);
      if ('files' in found) return found.files;
      this.#logger.info({ agentId: fork.agentId, why: found.why }, 'a fork begins with a digest');
    } catch (error) {
      if (!(error instanceof FileRefused)) throw error;
      this.#logger.info({ err: error, agentId: fork.agentId }, 'a fork begins with a digest');
    }
    return undefined;
  }

  /**
   * An agent's own session up to the end of a turn, for its home; undefined where that is not certain. The same also where the
   * session that is there is that already.
   *
   * @param before what stands in the log from here on is not looked at: the run that goes on with it
   */
  async rewound(
    agentId: string,
    { sequence }: { sequence: number },
    before: number,
    signal: AbortSignal,
  ): Promise<ProcessFile[] | undefined> {
    const life = await lifeFromLog(this.#log, agentId, signal);
    const home = life && (await this.#homeOf(life.agent));
    if (life === undefined || home === undefined || 'why' in home) return undefined;
    try {
      const session = await sessionIn(home.runtime, agentId);
      const events = standing(life.events.filter((event) => event.sequence < before));
      const span = session && sessionSpan(events, sequence);
      if (session === undefined || span === undefined) return undefined;
      const text = Buffer.from(session.content).toString('utf8');
      const content = cutSession(text, span, { mayBeCut: true });
      return content === undefined ? undefined : [{ path: session.path, content }];
    } catch (error) {
      if (!(error instanceof FileRefused)) throw error;
      this.#logger.info({ err: error, agentId }, 'a rewound agent begins with a digest');
      return undefined;
    }
  }

  async #cut(
    { agentId, kind, forkedFrom }: ForkWanted,
    runtime: Runtime,
    signal: AbortSignal,
  ): Promise<{ files: ProcessFile[] } | { why: string }> {
    if (forkedFrom.export !== undefined) return { why: 'it was of another system' };
    const life = await lifeFromLog(this.#log, forkedFrom.agentId, signal);
    if (life === undefined || life.agent.kind !== kind) return { why: 'it is of another kind' };
    const home = await this.#homeOf(life.agent);
    if ('why' in home) return home;
    const session = await sessionIn(home.runtime, forkedFrom.agentId);
    if (session === undefined) return { why: 'its CLI keeps no session in lines' };
    // Read after the file: what the file has of a later turn, the log has as well.
    const events = [...life.events, ...(await this.#after(life.events, forkedFrom, signal))];
    const span = sessionSpan(standing(events), forkedFrom.sequence);
    const text = Buffer.from(session.content).toString('utf8');
    const cut = span && cutSession(text, span);
    if (cut === undefined) return { why: 'its session cannot be cut there with certainty' };
    const from = home.runtime.places(forkedFrom.agentId).home;
    const to = runtime.places(agentId).home;
    const content = sessionInHome(cut, from, to);
    const path = movedSessionPath(session.path, join(from, 'workspace'), join(to, 'workspace'));
    return {
      files: [
        { path, content },
        { path: SESSION_ID_FILE, content: `${session.id}\n` },
      ],
    };
  }

  /** Where this spawner can read it. */
  async #homeOf(agent: KnownAgent): Promise<{ runtime: Runtime } | { why: string }> {
    const run = runOf(agent);
    const runtime = run && this.#runtimes.byName.get(run.runtime);
    if (run === undefined || runtime === undefined) return { why: 'its home is nowhere' };
    // Its paths are those of the user's own folder.
    if (agent.project?.inPlace) return { why: 'it worked in place' };
    if (agent.phase === 'ended' && (agent.deleted || agent.homeRemoved)) {
      return { why: 'its home is removed' };
    }
    if ((await runtime.place()) !== placeOf(run)) return { why: 'its home is with another node' };
    return { runtime };
  }

  async #after(
    events: readonly StoredEvent[],
    { agentId }: ForkedFrom,
    signal: AbortSignal,
  ): Promise<StoredEvent[]> {
    const later: StoredEvent[] = [];
    const from = { sequence: (events.at(-1)?.sequence ?? 0) + 1 };
    const range = { stream: 'EVENTS', from, filter: agentFilter(agentId), signal } as const;
    for await (const message of this.#log.read(range)) {
      const parsed = parseEvent(message);
      if (parsed.kind === 'event') later.push(parsed.event);
    }
    return later;
  }
}

function runOf(agent: KnownAgent): Run | undefined {
  if (isLive(agent)) return agent.run;
  return agent.phase === 'ended' ? (agent.lastRun ?? undefined) : undefined;
}

async function sessionIn(
  runtime: Runtime,
  agentId: string,
): Promise<(HomeFile & { id: string }) | undefined> {
  const [folder = '', name = ''] = SESSION_ID_FILE.split('/');
  const kept = await runtime.homeFile(agentId, folder, `/${name}`, MAX_ID);
  const id = kept && Buffer.from(kept.content).toString('utf8').trim();
  if (id === undefined || !SESSION_ID.test(id)) return undefined;
  for (const folder of LINE_SESSIONS) {
    const found = await runtime.homeFile(agentId, folder, `${id}.jsonl`, MAX_SESSION);
    if (found !== undefined) return { ...found, id };
  }
  return undefined;
}
