import { Option } from 'clipanion';
import type { HistoryEntry } from '../../core/operator/history-entry.ts';
import { knownAgent } from '../../core/operator/known-agent.ts';
import { namedPlace } from '../../core/operator/place-in-log.ts';
import { lastEntries, searchHistory } from '../../core/operator/search-history.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import { isAgentId } from '../../schemas/ids.ts';
import { visibleLine } from '../../schemas/visible-text.ts';
import { OperatorCommand } from '../operator/operator-command.ts';
import type { OperatorContext } from '../operator/operator-context.ts';
import { described } from '../options.ts';
import { usageOf } from '../usage.ts';

export class HistoryCommand extends OperatorCommand {
  static override paths = [['history']];
  static override usage = usageOf('history');

  grep = Option.String('--grep', described('history', '--grep'));
  agent = Option.String('--agent', described('history', '--agent'));
  from = Option.String('--from', described('history', '--from'));
  to = Option.String('--to', described('history', '--to'));
  lines = Option.String('--lines,-n', described('history', '--lines,-n'));

  mine = Option.Boolean('--mine', false, described('history', '--mine'));

  override async execute(): Promise<number> {
    if (!this.mine) return super.execute();
    if (this.agent !== undefined) {
      throw new OrchestratorError('ORC_USAGE', '--mine is of the agent that asks, without --agent');
    }
    const { grep, from, to, lines, timeoutMs } = this;
    const { env } = this.context;
    const [{ agentContext }, { apiUrl }, { ownHistory }] = await Promise.all([
      import('../../agents/voice/agent-context.ts'),
      import('../agent/api-url.ts'),
      import('../agent/own-history.ts'),
    ]);
    if (lines !== undefined) countOf(lines);
    const asked = { grep, from, to, limit: lines };
    const entries = await ownHistory(apiUrl(env), agentContext(env), asked, timeoutMs);
    for (const entry of entries) this.#show(entry);
    return 0;
  }

  protected async work({ log, views }: OperatorContext): Promise<undefined> {
    const { agent, grep } = this;
    const now = new Date();
    const place = (option: '--from' | '--to', text: string | undefined) =>
      text === undefined ? undefined : namedPlace(option, text, now);
    const count = this.lines === undefined ? undefined : countOf(this.lines);
    const agentId =
      agent === undefined || isAgentId(agent)
        ? agent
        : (await knownAgent(views, agent, this.timeoutMs)).agentId;
    const range = { from: place('--from', this.from), to: place('--to', this.to) };
    const signal = this.untilInterrupted();
    const entries = searchHistory(log, { grep, agentId, ...range }, signal);
    if (count === undefined) for await (const entry of entries) this.#show(entry);
    else for (const entry of (await lastEntries(entries, count)).entries) this.#show(entry);
  }

  #show(entry: HistoryEntry): void {
    const { time, stream, sequence, agentId, kind, text } = entry;
    // A line of output has a place in another stream, which nothing else is asked by.
    const place = stream === 'EVENTS' ? String(sequence) : '';
    const line = `${time} ${place.padStart(7)} ${agentId} ${kind.padEnd(8)} ${visibleLine(text)}`;
    this.print(entry, `${line}\n`);
  }
}

function countOf(text: string): number {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new OrchestratorError('ORC_USAGE', `--lines ${JSON.stringify(text)} is no number of lines`);
}
