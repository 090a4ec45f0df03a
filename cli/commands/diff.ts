import { Option } from 'clipanion';
import { pointerNames } from '../../core/operator/json-patch.ts';
import { namedPlace } from '../../core/operator/place-in-log.ts';
import { shownValue } from '../../core/operator/properties.ts';
import { type StateDiff, stateDiff } from '../../core/operator/state-diff.ts';
import type { StateChange } from '../../core/operator/watched-fold.ts';
import { OperatorCommand } from '../operator/operator-command.ts';
import type { OperatorContext } from '../operator/operator-context.ts';
import { pastOf } from '../operator/past-of.ts';
import { described } from '../options.ts';
import { textTable } from '../text-table.ts';
import { usageOf } from '../usage.ts';

export class DiffCommand extends OperatorCommand {
  static override paths = [['diff']];
  static override usage = usageOf('diff');

  from = Option.String('--from', { ...described('diff', '--from'), required: true });
  to = Option.String('--to', described('diff', '--to'));
  of = Option.String({ name: 'agent | user | project | job', required: false });

  protected async work(context: OperatorContext): Promise<undefined> {
    const now = new Date();
    const from = namedPlace('--from', this.from, now);
    const to = this.to === undefined ? undefined : namedPlace('--to', this.to, now);
    const signal = this.untilInterrupted();
    const diff = await stateDiff(pastOf(context), { from, to, of: this.of }, signal);
    this.print(diff, diffText(diff));
  }
}

function diffText({ from, to, of, changes }: StateDiff): string {
  const about = of === undefined ? '' : ` of ${of.kind} ${of.id}`;
  const rows = changes.filter(isTold).map((change) => rowOf(change, of === undefined ? 0 : 2));
  const what = rows.length === 0 ? 'nothing changed\n' : textTable(HEAD, rows);
  return `from event ${from} to ${to}${about}\n\n${what}`;
}

const HEAD = ['', 'property', 'was', 'is', 'by event'];

/** Most characters of a value. */
const SHOWN = 60;

/** What only holds others is told by these; that the log went on, by the places. */
const isTold = (change: StateChange): boolean =>
  change.path !== '/sequence' && !(change.op === 'add' && isHolder(change.value));

const isHolder = (value: unknown): boolean =>
  value !== null && typeof value === 'object' && Object.keys(value).length === 0;

const SIGNS = { add: '+', replace: '~', remove: '-' } as const;

/** @param without names of the path that every row has */
function rowOf(change: StateChange, without: number): string[] {
  const names = pointerNames(change.path).slice(without);
  const { by } = change;
  return [
    SIGNS[change.op],
    names.join('.') || 'all of it',
    'was' in change ? short(change.was) : '',
    'value' in change ? short(change.value) : '',
    by === undefined ? '' : `${by.sequence} ${by.type}`,
  ];
}

function short(value: unknown): string {
  const text = shownValue(value);
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}
