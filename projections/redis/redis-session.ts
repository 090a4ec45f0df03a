import type { Logger } from 'pino';
import { Speakers } from '../../core/conversation/speakers.ts';
import { WhatIfs } from '../../core/conversation/what-ifs.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import type { StoredMessage } from '../../core/log/stored-message.ts';
import type { SystemFollower } from '../../core/projection/system-follower.ts';
import { pause } from '../../platform/async/delay.ts';
import { untilAborted } from '../../platform/async/or-aborted.ts';
import { parseEvent } from '../../schemas/parse-event.ts';
import { CommandReader } from './commands/command-reader.ts';
import { eventOps } from './mirror/event-ops.ts';
import { logOps } from './mirror/log-ops.ts';
import { type Claim, MirrorPosition } from './mirror/mirror-position.ts';
import { MirrorPump } from './mirror/mirror-pump.ts';
import { rebuild } from './mirror/rebuild.ts';
import type { Watermark } from './mirror/watermark.ts';
import { answerWithin, connectRedis, type Redis } from './redis-connection.ts';
import { ResponsesImporter } from './responses-importer.ts';

export interface SessionOptions {
  url: string;
  /** How far back a Redis that has nothing of this log gets it. */
  historyMs: number;
  turnDeadlineMs: number;
  /** The name of this consumer in the commands' group. */
  consumer: string;
  log: EventLog;
  follower: SystemFollower;
  watermark: Watermark;
  logger: Logger;
  clock: () => Date;
}

/** How far the mirror has come. */
export interface MirrorLag {
  /** Messages of the log that are not in Redis yet. */
  events: number;
  logs: number;
}

const WATCH_EVERY_MS = 1_000;
const ANSWER_MS = 5_000;

/**
 * The adapters over one set of connections: the mirror out, the responses and the commands in. What
 * fails in one of them ends all; whoever runs it opens the next.
 */
export class RedisSession {
  readonly #options: SessionOptions;
  readonly #clients: Redis[] = [];

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** Rejects with the first thing that fails, when nothing of it runs any more. */
  async run(signal: AbortSignal, lag: (now: MirrorLag) => void): Promise<void> {
    const ended = new AbortController();
    const either = AbortSignal.any([signal, ended.signal]);
    const parts: Promise<unknown>[] = [];
    try {
      parts.push(...(await this.#start(either, lag)));
      await Promise.race([untilAborted(either), ...parts]);
    } finally {
      ended.abort();
      // A blocked read ends with its connection.
      for (const client of this.#clients) client.destroy();
      await Promise.allSettled(parts);
    }
  }

  async #start(signal: AbortSignal, lag: (now: MirrorLag) => void): Promise<Promise<unknown>[]> {
    const { log, follower, logger, consumer, turnDeadlineMs, clock } = this.#options;
    const redis = await this.#connect('mirror');
    const identity = await this.#identity();
    const position = new MirrorPosition(redis, identity);
    const claim = await this.#claim(position, identity.events, signal);
    const { life } = claim;
    const pumps = this.#pumps(position, claim, identity.events);
    const importing = await this.#connect('responses');
    const importer = new ResponsesImporter({ log, logger, redis: importing, position, life });
    const commands = new CommandReader({
      services: { log, follower, turnDeadlineMs, clock },
      logger,
      redis,
      reading: await this.#connect('commands'),
      life,
      consumer,
      // A reply gets an id of now: history, whose ids are of the past, has to stand before it.
      mayReply: pumps.events.caughtUp,
    });
    return [
      pumps.events.run(signal),
      pumps.logs.run(signal),
      importer.run(claim.responses, signal),
      commands.run(signal).finally(() => commands.idle()),
      this.#watch(position, pumps, signal, lag),
    ];
  }

  /** Claims the position; a Redis that lost its memory has its history when this resolves. */
  async #claim(position: MirrorPosition, events: string, signal: AbortSignal): Promise<Claim> {
    const { log, follower, watermark } = this.#options;
    const [last, mirrored] = [await log.lastSequence('EVENTS'), await watermark.of(events)];
    const claim = await answerWithin(ANSWER_MS, position.claim(last, mirrored));
    // The last may be a schedule that is gone by now: nobody folds that, and nobody waits for it.
    const patience = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]);
    await follower.folded(claim.quiet, patience).catch(() => signal.throwIfAborted());
    const { state } = follower;
    await rebuild({ log, position, claim, state, begin: this.#begin(), signal });
    return claim;
  }

  #begin(): Date {
    const { clock, historyMs } = this.#options;
    return new Date(clock().getTime() - historyMs);
  }

  async #connect(what: string): Promise<Redis> {
    const client = await connectRedis(this.#options.url, `orchestrator-${what}`);
    this.#clients.push(client);
    return client;
  }

  async #identity() {
    const { log } = this.#options;
    const [events, logs] = [await log.identity('EVENTS'), await log.identity('LOGS')];
    return { events: events.created, logs: logs.created };
  }

  #pumps(position: MirrorPosition, claim: Claim, identity: string) {
    const { log, logger, watermark } = this.#options;
    const shared = { log, logger, position, begin: this.#begin() };
    const written = (sequence: number) => watermark.raise(identity, sequence);
    const speakers = new Speakers(log);
    const whatIfs = new WhatIfs(log);
    const events = async (message: StoredMessage) => {
      if (await whatIfs.isOf(message.subject)) return [];
      const parsed = parseEvent(message);
      if (parsed.kind !== 'event') return [];
      if ((await speakers.refusal(parsed.event)) !== undefined) return [];
      const quiet = message.sequence <= claim.quiet;
      return eventOps(parsed.event, { storedAt: message.time, quiet });
    };
    return {
      events: new MirrorPump({
        ...shared,
        stream: 'EVENTS',
        field: 'events',
        translate: events,
        written,
      }),
      logs: new MirrorPump({
        ...shared,
        stream: 'LOGS',
        field: 'logs',
        translate: async (message) =>
          (await whatIfs.isOf(message.subject)) ? [] : logOps(message),
      }),
    };
  }

  /** A server that hangs, or that was emptied under an open connection, does not say so by itself. */
  async #watch(
    position: MirrorPosition,
    { events, logs }: { events: MirrorPump; logs: MirrorPump },
    signal: AbortSignal,
    lag: (now: MirrorLag) => void,
  ): Promise<void> {
    const { log, watermark } = this.#options;
    do {
      await answerWithin(ANSWER_MS, position.check());
      await watermark.save();
      lag({
        events: await behind(log.lastSequence('EVENTS'), events),
        logs: await behind(log.lastSequence('LOGS'), logs),
      });
    } while (await pause(WATCH_EVERY_MS, signal));
  }
}

/** Where the log does not answer there is nothing new to be behind of. */
const behind = (last: Promise<number>, pump: MirrorPump): Promise<number> =>
  last.then(
    (sequence) => Math.max(0, sequence - pump.seen),
    () => 0,
  );
