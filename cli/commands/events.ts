import { Option } from 'clipanion';
import type { EventLog } from '../../core/log/event-log.ts';
import type { Start } from '../../core/log/pull-session.ts';
import type { StoredMessage } from '../../core/log/stored-message.ts';
import { eventJson, eventLine } from '../../core/operator/event-line.ts';
import { knownAgent } from '../../core/operator/known-agent.ts';
import { mergeByTime } from '../../core/operator/merge-by-time.ts';
import { ShownEvents } from '../../core/operator/shown-events.ts';
import { startPoint } from '../../core/operator/start-point.ts';
import type { ViewsClient } from '../../platform/service/views-client.ts';
import { isAgentId } from '../../schemas/ids.ts';
import { agentFilter } from '../../schemas/subjects.ts';
import { OperatorCommand } from '../operator/operator-command.ts';
import type { OperatorContext } from '../operator/operator-context.ts';
import { described } from '../options.ts';
import { usageOf } from '../usage.ts';

/** A stream up to where it ends now, and then what follows. */
interface Part {
  stream: 'EVENTS' | 'LOGS';
  from: Start;
  until: number;
}

export class EventsCommand extends OperatorCommand {
  static override paths = [['events']];
  static override usage = usageOf('events');

  follow = Option.Boolean('--follow,-f', false, described('events', '--follow,-f'));
  from = Option.String('--from', '1', described('events', '--from'));
  agent = Option.String('--agent', described('events', '--agent'));
  type = Option.String('--type', described('events', '--type'));

  protected async work({ log, views }: OperatorContext): Promise<undefined> {
    const start = startPoint(this.from, new Date());
    const filter = this.agent === undefined ? undefined : await this.#filter(views, this.agent);
    const signal = this.untilInterrupted();
    const shown = new ShownEvents(log, { type: this.type }, signal);
    const events = await partOf(log, 'EVENTS', start);
    // A sequence is one of EVENTS; log lines are then shown from the time of that event on.
    const lines = await partOf(log, 'LOGS', await logStartOf(log, start));
    const read = (part: Part) => log.read({ ...part, filter, signal });
    for await (const message of mergeByTime(read(events), read(lines))) {
      if (signal.aborted) return;
      await this.#print(message, shown);
    }
    if (!this.follow) return;
    await Promise.all(
      [events, lines].map(async ({ stream, from, until }) => {
        const after = { sequence: Math.max(until + 1, 'sequence' in from ? from.sequence : 0) };
        for await (const { messages } of log.follow({ stream, from: after, filter, signal })) {
          for (const message of messages) await this.#print(message, shown);
        }
      }),
    );
  }

  /** By an id also of what the views do not know, such as a word to nobody. */
  async #filter(views: ViewsClient, agent: string): Promise<string> {
    if (isAgentId(agent)) return agentFilter(agent);
    return agentFilter((await knownAgent(views, agent, this.timeoutMs)).agentId);
  }

  async #print(stored: StoredMessage, events: ShownEvents): Promise<void> {
    const shown = await events.of(stored);
    if (shown === undefined) return;
    const { message, because, refused } = shown;
    const text = this.json ? eventJson(message, because, refused) : eventLine(message);
    this.context.stdout.write(text);
  }
}

async function partOf(log: EventLog, stream: Part['stream'], from: Start): Promise<Part> {
  return { stream, from, until: await log.lastSequence(stream) };
}

async function logStartOf(log: EventLog, start: Start): Promise<Start> {
  if ('time' in start || start.sequence === 1) return start;
  for await (const { time } of log.read({ stream: 'EVENTS', from: start })) return { time };
  return { time: new Date() };
}
