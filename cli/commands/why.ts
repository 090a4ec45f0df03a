import { Option } from 'clipanion';
import type { EventPlace } from '../../core/operator/decided-steps.ts';
import { type WhyTurn, whyTurn } from '../../core/operator/why-turn.ts';
import { OperatorCommand } from '../operator/operator-command.ts';
import type { OperatorContext } from '../operator/operator-context.ts';
import { textTable } from '../text-table.ts';
import { usageOf } from '../usage.ts';

export class WhyCommand extends OperatorCommand {
  static override paths = [['why']];
  static override usage = usageOf('why');

  turn = Option.String({ name: 'turn', required: true });

  protected async work({ log }: OperatorContext): Promise<undefined> {
    const signal = this.untilInterrupted();
    const why = await whyTurn(log, this.turn, signal);
    this.print(why, whyText(why));
  }
}

function whyText({ turn, traits, steps }: WhyTurn): string {
  const { turnId, agentId, state, startedAt, endedAt, failure } = turn;
  const until = endedAt === undefined ? 'and runs' : `to ${endedAt}`;
  const ends = traits.endOfTurn === 'signal' ? 'by its signal' : 'with its answer or question';
  const rows = steps.map(({ do: step, because, after, stated }) => [
    step,
    because,
    placeText(after),
    stated === undefined ? 'not done' : placeText(stated),
  ]);
  return [
    `turn ${turnId} of ${agentId}: ${state}, ${startedAt} ${until}`,
    ...(failure
      ? [`  ${failure.code}: ${failure.reason.replace(/\.?$/, '.')} ${failure.cure}`]
      : []),
    `  a turn of this agent ends ${ends}`,
    '',
    textTable(['step', 'because', 'after event', 'stated by'], rows),
  ].join('\n');
}

const placeText = ({ sequence, type }: EventPlace): string => `${sequence} ${type}`;
