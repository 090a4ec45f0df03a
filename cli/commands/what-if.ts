import { Option } from 'clipanion';
import { wantedAgent } from '../../agents/wanted-agent.ts';
import {
  awaitWhatIf,
  compareWhatIf,
  type WhatIfComparison,
} from '../../core/operator/compare-what-if.ts';
import { knownAgent } from '../../core/operator/known-agent.ts';
import { turnMeant } from '../../core/operator/turn-meant.ts';
import { type WhatIfBegun, whatIf } from '../../core/operator/what-if.ts';
import { derivedId, newAgentId } from '../../schemas/ids.ts';
import type { Settings } from '../../schemas/settings.ts';
import { describedKind } from '../kind-option.ts';
import { OperatorCommand } from '../operator/operator-command.ts';
import type { OperatorContext } from '../operator/operator-context.ts';
import { diffsOf, type WhatIfDiffs } from '../operator/what-if-diffs.ts';
import { NOT_ISOLATED, whatIfText } from '../operator/what-if-text.ts';
import { described } from '../options.ts';
import { usageOf } from '../usage.ts';

export class WhatIfCommand extends OperatorCommand {
  static override paths = [['what-if']];
  static override usage = usageOf('what-if');

  at = Option.String('--at', described('what-if', '--at'));
  say = Option.String('--say', described('what-if', '--say'));
  kind = Option.String('--kind', describedKind('what-if'));
  model = Option.String('--model', described('what-if', '--model'));
  effort = Option.String('--effort', described('what-if', '--effort'));
  withoutIsolation = Option.Boolean(
    '--without-isolation',
    false,
    described('what-if', '--without-isolation'),
  );
  show = Option.Boolean('--show', false, described('what-if', '--show'));
  diff = Option.Boolean('--diff', false, described('what-if', '--diff'));
  id = Option.String('--id', described('what-if', '--id'));
  wait = Option.Boolean('--wait', true, described('what-if', '--wait'));
  agent = Option.String({ name: 'agent', required: true });

  protected async work(context: OperatorContext): Promise<number> {
    const { views, log, settings } = context;
    const { agentId } = await knownAgent(views, this.agent, this.timeoutMs);
    if (this.show) return this.#show(context, agentId);
    const begun = await this.#begin(agentId, context);
    if (this.withoutIsolation) this.context.stderr.write(`${NOT_ISOLATED}\n`);
    if (!this.wait) {
      this.print(begun, `${begun.agentId}\n`);
      return 0;
    }
    this.context.stderr.write(`${begun.agentId}: runs ${begun.whatIf.turnId} otherwise\n`);
    const signal = this.untilInterrupted();
    await awaitWhatIf(log, begun, patienceOf(settings) + this.timeoutMs, signal);
    return this.#show(context, begun.agentId);
  }

  async #begin(agentId: string, { settings, log, views }: OperatorContext): Promise<WhatIfBegun> {
    const { kind, model, effort, say, timeoutMs } = this;
    const wish = { kind, model, effort };
    return whatIf(agentId, wish, {
      log,
      views,
      timeoutMs,
      say,
      isolated: !this.withoutIsolation,
      forkId: this.id === undefined ? newAgentId() : derivedId('agent-', 'what-if', this.id),
      at: this.at === undefined ? undefined : await turnMeant(log, this.at),
      complete: (wanted) => wantedAgent(settings, wanted, (what) => `--${what}`),
    });
  }

  async #show(context: OperatorContext, agentId: string): Promise<number> {
    const compared = await compareWhatIf(context.log, agentId);
    const diffs = this.diff ? await diffsOf(compared, context, this.timeoutMs) : undefined;
    const shown: WhatIfComparison & { diffs?: WhatIfDiffs } = {
      ...compared,
      ...(diffs && { diffs }),
    };
    this.print(shown, whatIfText(compared, diffs));
    return compared.tried.outcome === 'not-run' ? 1 : 0;
  }
}

/** What an agent may take to start, milliseconds: more than its host gives its CLI. */
const START_MS = 240_000;

/** The digest is a turn of its own. */
const patienceOf = ({ ORCHESTRATOR_TURN_DEADLINE: deadline }: Settings): number =>
  START_MS + 2 * deadline;
