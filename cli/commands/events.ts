import { Option } from 'clipanion';
import type { EventLog } from '../../core/log/event-log.ts';
import type { Start } from '../../core/log/pull-session.ts';
import type { StoredMessage } from '../../core/log/stored-message.ts';
import { agentFilter } from '../../schemas/subjects.ts';
import { eventJson, eventLine } from '../operator/event-line.ts';
import { requireAgentId } from '../operator/known-agent.ts';
import { mergeByTime } from '../operator/merge-by-time.ts';
import { OperatorCommand } from '../operator/operator-command.ts';
import type { OperatorContext } from '../operator/operator-context.ts';
import { startPoint } from '../operator/start-point.ts';
import { untilInterrupted } from '../operator/until-interrupted.ts';
import { usageOf } from '../usage.ts';

const STREAMS = ['EVENTS', 'LOGS'] as const;

export class EventsCommand extends OperatorCommand {
  static override paths = [['events']];
  static override usage = usageOf('events');

  follow = Option.Boolean('--follow,-f', false, { description: 'Go on with what follows.' });
  from = Option.String('--from', '1', {
    description: 'A sequence, an instant (2026-01-04T15:30:45Z), or how long ago (10m).',
  });
  agent = Option.String('--agent', { description: 'Only of this agent.' });
  type = Option.String('--type', { description: 'Only types that begin so: turn, turn.failed.' });

  protected async work({ log }: OperatorContext): Promise<undefined> {
    const start = startPoint(this.from, new Date());
    const filter = this.agent === undefined ? undefined : agentFilter(requireAgentId(this.agent));
    const signal = untilInterrupted();
    const ends = this.follow ? await this.#ends(log) : undefined;
    // A sequence is one of EVENTS; log lines are then shown from the time of that event on.
    const logStart = await logStartOf(log, start);
    const events = log.read({ stream: 'EVENTS', from: start, filter, signal });
    const lines = log.read({ stream: 'LOGS', from: logStart, filter, signal });
    for await (const message of mergeByTime(events, lines)) this.#print(message);
    if (ends === undefined) return;
    await Promise.all(
      STREAMS.map(async (stream, index) => {
        const from = { sequence: (ends[index] ?? 0) + 1 };
        for await (const { messages } of log.follow({ stream, from, filter, signal })) {
          for (const message of messages) this.#print(message);
        }
      }),
    );
  }

  #ends(log: EventLog): Promise<number[]> {
    return Promise.all(STREAMS.map((stream) => log.lastSequence(stream)));
  }

  #print(message: StoredMessage): void {
    if (this.type !== undefined && !message.header('ce-type')?.startsWith(this.type)) return;
    this.context.stdout.write(this.json ? eventJson(message) : eventLine(message));
  }
}

async function logStartOf(log: EventLog, start: Start): Promise<Start> {
  if ('time' in start || start.sequence === 1) return start;
  for await (const { time } of log.read({ stream: 'EVENTS', from: start })) return { time };
  return { time: new Date() };
}
