import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EventLog } from '../../../core/log/event-log.ts';
import type { StoredEvent } from '../../../schemas/event.ts';
import { newAgentId } from '../../../schemas/ids.ts';
import { parseEvent } from '../../../schemas/parse-event.ts';
import { CLAUDE } from '../../agents/conformance/support/agent-kinds.ts';
import { command, sendMessage } from '../../support/commands.ts';
import { killAll, processesNamed, processesWith, systemTree } from '../../support/process-tree.ts';
import { dataFolder, environment, startSystem, type TestSystem } from '../../support/system.ts';
import type { Cleanup } from '../measure.ts';
import { isAnswerTo, messageOf, type Peer, type PeerAgent } from './peer.ts';

const ORCHESTRATOR = join(import.meta.dirname, '..', '..', '..', 'dist', 'bin', 'orchestrator');

const HOUR_MS = 3_600_000;

/** The whole system as `npm start` runs it, with agents that are processes of this machine. */
export function ours(modelUrl: string, cleanup: Cleanup): Peer {
  const dataDir = dataFolder(cleanup);
  const env = CLAUDE.environment(modelUrl, dataDir);
  const ids = new Map<string, string>();
  let system: TestSystem | undefined;
  let log: FollowedLog | undefined;
  const controllers = () =>
    // The server has a session of its own, so that it outlives a Ctrl-C by its stop.
    system === undefined
      ? []
      : [...systemTree(system.pid), ...processesNamed('nats-server', dataDir)];
  const running = () => {
    if (system === undefined || log === undefined) throw new Error('Orchestrator was not started');
    return { system, log };
  };
  return {
    name: 'Orchestrator',
    version: ownVersion(),
    by: 'NATS',
    hasService: true,
    saysTexts: false,
    goesOnWithinMs: 120_000,
    command: (agent) => ({
      name: '`orchestrator send --wait`',
      words: [ORCHESTRATOR, 'send', '--wait', ids.get(agent) ?? ''],
      cwd: dataDir,
      env: environment(dataDir),
    }),
    start: async () => {
      system = await startSystem(cleanup, { dataDir, env, args: ['--keep-agents'] });
      log = new FollowedLog(await system.log());
    },
    agent: async (name) => {
      const known = ids.get(name);
      const agentId = known ?? newAgentId();
      ids.set(name, agentId);
      const create = { kind: 'claude', ttlMs: HOUR_MS, turnDeadlineMs: HOUR_MS };
      if (known === undefined) {
        await running().log.append(command(agentId, 'command.create', create));
      }
      return talking(() => running().log, agentId);
    },
    controllers,
    processes: () => processesWith(dataDir),
    kill: async () => {
      log?.close();
      killAll(controllers());
      await system?.kill();
    },
    stop: async () => {
      log?.close();
      await system?.stop();
      killAll(processesWith(dataDir));
    },
  };
}

function talking(log: () => FollowedLog, agentId: string): PeerAgent {
  return {
    say: (name) => {
      const isMine = ({ subject }: StoredEvent) => subject.includes(agentId);
      const answer = log().until(
        (event) =>
          isMine(event) && event.type === 'response.answer' && isAnswerTo(name, event.data.text),
      );
      const end = log().until(
        (event) => isMine(event) && event.type === 'turn.ended' && event.correlationId === name,
      );
      const sent = sendMessage(log().log, agentId, name, messageOf(name));
      return { answer, end: Promise.all([sent, end]) };
    },
    texts: async () =>
      log().events.flatMap((event) =>
        event.type === 'response.answer' && event.subject.includes(agentId)
          ? [event.data.text]
          : [],
      ),
  };
}

interface Waiting {
  fits: (event: StoredEvent) => boolean;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** The log as a client follows it: one subscription, however many wait. */
class FollowedLog {
  readonly log: EventLog;
  readonly events: StoredEvent[] = [];
  readonly #abort = new AbortController();
  readonly #waiting = new Set<Waiting>();

  constructor(log: EventLog) {
    this.log = log;
    this.#follow().catch((error: unknown) => {
      for (const { reject } of this.#waiting) reject(error);
    });
  }

  append(event: Parameters<EventLog['append']>[0]): Promise<unknown> {
    return this.log.append(event);
  }

  until(fits: (event: StoredEvent) => boolean): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.add({ fits, resolve, reject });
    return promise;
  }

  close(): void {
    this.#abort.abort();
  }

  async #follow(): Promise<void> {
    const { signal } = this.#abort;
    const all = this.log.follow({ stream: 'EVENTS', from: { sequence: 1 }, signal });
    for await (const { messages } of all) {
      for (const message of messages) {
        const parsed = parseEvent(message);
        if (parsed.kind === 'event') this.#take(parsed.event);
      }
    }
  }

  #take(event: StoredEvent): void {
    this.events.push(event);
    for (const one of this.#waiting) {
      if (!one.fits(event)) continue;
      this.#waiting.delete(one);
      one.resolve();
    }
  }
}

function ownVersion(): string {
  const file = join(import.meta.dirname, '..', '..', '..', 'package.json');
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
  return version;
}
