import { Option } from 'clipanion';
import { personName } from '../../core/conversation/person.ts';
import { spanTree } from '../../core/conversation/span-tree.ts';
import type { Waterfall } from '../../core/conversation/waterfall.ts';
import { timelineOf } from '../../core/operator/timeline.ts';
import { howLong } from '../../platform/text/how-long.ts';
import { OperatorCommand } from '../operator/operator-command.ts';
import type { OperatorContext } from '../operator/operator-context.ts';
import { textTable } from '../text-table.ts';
import { usageOf } from '../usage.ts';

export class TimelineCommand extends OperatorCommand {
  static override paths = [['timeline']];
  static override usage = usageOf('timeline');

  message = Option.String({ name: 'message | update | turn | answer | link', required: true });

  protected async work({ log }: OperatorContext): Promise<undefined> {
    const signal = this.untilInterrupted();
    const waterfall = await timelineOf(log, this.message, signal);
    this.print(waterfall, timelineText(waterfall));
  }
}

function timelineText(waterfall: Waterfall): string {
  const { messageId, agentId, sequence, text, source, from, outcome, turnId, startedAt, endedAt } =
    waterfall;
  const by = from === undefined ? source : personName(from);
  const took = endedAt === undefined ? '' : ` after ${howLong(ms(startedAt, endedAt))}`;
  return [
    `message ${messageId} of ${by} to ${agentId}, event ${sequence}, ${startedAt}`,
    `  ${JSON.stringify(text)}`,
    `  ${outcome}${took}${turnId === undefined ? '' : `, in ${turnId}`}`,
    '',
    textTable(HEAD, rowsOf(waterfall)),
  ].join('\n');
}

const HEAD = ['what', 'event', 'began', 'took', 'state', ''];

/** How much of what was said stands beside it. */
const SHOWN = 80;

const rowsOf = ({ spans, startedAt: start }: Waterfall): string[][] =>
  spanTree(spans).map(({ span, depth }) => {
    const { name, detail = '', sequence, startedAt, endedAt, state } = span;
    const after = ms(start, startedAt);
    const took = endedAt === undefined ? '…' : howLong(ms(startedAt, endedAt));
    return [
      `${'  '.repeat(depth)}${name}`,
      String(sequence),
      after < 0 ? `-${howLong(-after)}` : `+${howLong(after)}`,
      startedAt === endedAt ? '' : took,
      state,
      detail.length > SHOWN ? `${detail.slice(0, SHOWN)}…` : detail,
    ];
  });

const ms = (from: string, to: string): number => Date.parse(to) - Date.parse(from);
