import { Option } from 'clipanion';
import { Speakers } from '../../core/conversation/speakers.ts';
import { TurnCauses } from '../../core/conversation/turn-causes.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import type { Start } from '../../core/log/pull-session.ts';
import type { StoredMessage } from '../../core/log/stored-message.ts';
import type { ViewsClient } from '../../platform/service/views-client.ts';
import { isAgentId } from '../../schemas/ids.ts';
import { parseEvent } from '../../schemas/parse-event.ts';
import { agentFilter } from '../../schemas/subjects.ts';
import { eventJson, eventLine } from '../operator/event-line.ts';
import { knownAgent } from '../operator/known-agent.ts';
import { mergeByTime } from '../operator/merge-by-time.ts';
import { OperatorCommand } from '../operator/operator-command.ts';
import type { OperatorContext } from '../operator/operator-context.ts';
import { startPoint } from '../operator/start-point.ts';
import { untilInterrupted } from '../operator/until-interrupted.ts';
import { described } from '../options.ts';
import { usageOf } from '../usage.ts';

/** A stream up to where it ends now, and then what follows. */
interface Part {
  stream: 'EVENTS' | 'LOGS';
  from: Start;
  until: number;
}

/** As long as reading waits for a server that is gone. */
const PATIENCE_MS = 30_000;

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
    const signal = untilInterrupted(this.context.stdout);
    const speakers = new Speakers(log, { patienceMs: PATIENCE_MS, signal });
    const readers = { speakers, causes: new TurnCauses(log) };
    const events = await partOf(log, 'EVENTS', start);
    // A sequence is one of EVENTS; log lines are then shown from the time of that event on.
    const lines = await partOf(log, 'LOGS', await logStartOf(log, start));
    const read = (part: Part) => log.read({ ...part, filter, signal });
    for await (const message of mergeByTime(read(events), read(lines))) {
      if (signal.aborted) return;
      await this.#print(message, readers);
    }
    if (!this.follow) return;
    await Promise.all(
      [events, lines].map(async ({ stream, from, until }) => {
        const after = { sequence: Math.max(until + 1, 'sequence' in from ? from.sequence : 0) };
        for await (const { messages } of log.follow({ stream, from: after, filter, signal })) {
          for (const message of messages) await this.#print(message, readers);
        }
      }),
    );
  }

  /** By an id also of what the views do not know, such as a word to nobody. */
  async #filter(views: ViewsClient, agent: string): Promise<string> {
    if (isAgentId(agent)) return agentFilter(agent);
    return agentFilter((await knownAgent(views, agent, this.timeoutMs)).agentId);
  }

  async #print(message: StoredMessage, { speakers, causes }: Readers): Promise<void> {
    const parsed = parseEvent(message);
    const event = parsed.kind === 'event' ? parsed.event : undefined;
    const late = event && (await speakers.refusal(event));
    const because = event && (await causes.of(event));
    if (this.type !== undefined && !message.header('ce-type')?.startsWith(this.type)) return;
    this.context.stdout.write(this.json ? eventJson(message, because, late) : eventLine(message));
  }
}

/** What an event means, by what came before it. */
interface Readers {
  speakers: Speakers;
  causes: TurnCauses;
}

async function partOf(log: EventLog, stream: Part['stream'], from: Start): Promise<Part> {
  return { stream, from, until: await log.lastSequence(stream) };
}

async function logStartOf(log: EventLog, start: Start): Promise<Start> {
  if ('time' in start || start.sequence === 1) return start;
  for await (const { time } of log.read({ stream: 'EVENTS', from: start })) return { time };
  return { time: new Date() };
}
