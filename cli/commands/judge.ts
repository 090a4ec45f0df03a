import { Option } from 'clipanion';
import type { Difference, EventShort } from '../../core/judge/difference.ts';
import { judgeLog } from '../../core/judge/judge-log.ts';
import { namedPlace } from '../../core/operator/place-in-log.ts';
import { shownValue } from '../../core/operator/properties.ts';
import { OperatorCommand } from '../operator/operator-command.ts';
import type { OperatorContext } from '../operator/operator-context.ts';
import { described } from '../options.ts';
import { usageOf } from '../usage.ts';

export class JudgeCommand extends OperatorCommand {
  static override paths = [['judge']];
  static override usage = usageOf('judge');

  from = Option.String('--from', described('judge', '--from'));
  to = Option.String('--to', described('judge', '--to'));

  protected async work({ log }: OperatorContext): Promise<number> {
    const now = new Date();
    const place = (option: string, text: string | undefined) =>
      text === undefined ? undefined : namedPlace(option, text, now);
    const range = { from: place('--from', this.from), to: place('--to', this.to) };
    const signal = this.untilInterrupted();
    const verdict = await judgeLog(log, range, signal);
    const { from, through, decisions, differ, differences } = verdict;
    const head = `${differ} of ${decisions} decisions differ, events ${from} to ${through}\n`;
    this.print(verdict, [head, ...differences.map(differenceText)].join(''));
    return differ === 0 ? 0 : 1;
  }
}

const MEANING: Record<Difference['kind'], string> = {
  other: 'something else is decided now',
  'not-decided': 'nothing is decided now',
  'not-taken': 'is decided now, and its owner has not done it',
  timer: 'rang, and nothing sets it now',
};

function differenceText({ kind, sequence, time, of, stands, decided }: Difference): string {
  return [
    `\nevent ${sequence}, ${time}, ${of}: ${MEANING[kind]}`,
    ...stands.map((event) => `  stands   ${eventText(event)}`),
    ...decided.map((event) => `  decided  ${eventText(event)}`),
    '',
  ].join('\n');
}

/** Most characters of what an event says. */
const SHOWN = 200;

function eventText({ sequence, type, id, data }: EventShort): string {
  const text = shownValue(data);
  const short = text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
  return [sequence ?? '', type, id, short].join(' ').trim();
}
