import { Option } from 'clipanion';
import { namedPlace } from '../../core/operator/place-in-log.ts';
import { propertiesOf, propertyLines } from '../../core/operator/properties.ts';
import { partAt, type StateAt, stateAt } from '../../core/operator/state-at.ts';
import type { PartOfState } from '../../core/views/part-of-state.ts';
import { wholeState } from '../../core/views/whole-state.ts';
import { OperatorCommand } from '../operator/operator-command.ts';
import type { OperatorContext } from '../operator/operator-context.ts';
import { pastOf } from '../operator/past-of.ts';
import { stateTables } from '../operator/state-tables.ts';
import { described } from '../options.ts';
import { textTable } from '../text-table.ts';
import { usageOf } from '../usage.ts';

export class StateCommand extends OperatorCommand {
  static override paths = [['state']];
  static override usage = usageOf('state');

  at = Option.String('--at', described('state', '--at'));
  of = Option.String({ name: 'agent | user | project | job', required: false });

  protected async work(context: OperatorContext): Promise<undefined> {
    const place = this.at === undefined ? undefined : namedPlace('--at', this.at, new Date());
    const past = pastOf(context);
    const signal = this.untilInterrupted();
    const { state, ...found } = await stateAt(past, place, signal);
    if (this.of === undefined) {
      const view = wholeState(state, Number.POSITIVE_INFINITY);
      this.print({ ...found, ...view }, `${placeLine(found)}\n${stateTables(view)}`);
    } else {
      const part = await partAt(past, { at: found.at, state }, this.of, signal);
      this.print({ ...found, ...part }, `${placeLine(found)}\n${partTable(part)}`);
    }
  }
}

function placeLine({ at, last, event }: Omit<StateAt, 'state'>): string {
  const { time = '', type, subject = '' } = event ?? {};
  return `as of event ${at} of ${last}  ${time}  ${type ?? subject}\n`;
}

function partTable({ kind, id, state }: PartOfState): string {
  return textTable([kind, id], propertyLines(propertiesOf(state)));
}
