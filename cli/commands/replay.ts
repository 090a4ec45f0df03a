import { Option } from 'clipanion';
import { connectLog } from '../../core/log/connection.ts';
import type { StoredMessage } from '../../core/log/stored-message.ts';
import { knownAgent } from '../../core/operator/known-agent.ts';
import { namedPlace } from '../../core/operator/place-in-log.ts';
import { publishElsewhere, requireNoSystem } from '../../core/operator/publish-elsewhere.ts';
import { replay } from '../../core/operator/replay.ts';
import { replayEntry } from '../../core/operator/replay-entry.ts';
import { ReplayPace } from '../../core/operator/replay-pace.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import { isAgentId } from '../../schemas/ids.ts';
import { visibleLine } from '../../schemas/visible-text.ts';
import { OperatorCommand } from '../operator/operator-command.ts';
import type { OperatorContext } from '../operator/operator-context.ts';
import { KEYS, replayKeys } from '../operator/replay-keys.ts';
import { described } from '../options.ts';
import { usageOf } from '../usage.ts';

export class ReplayCommand extends OperatorCommand {
  static override paths = [['replay']];
  static override usage = usageOf('replay');

  from = Option.String('--from', described('replay', '--from'));
  to = Option.String('--to', described('replay', '--to'));
  speed = Option.String('--speed', '1x', described('replay', '--speed'));
  step = Option.Boolean('--step', false, described('replay', '--step'));
  into = Option.String('--into', described('replay', '--into'));
  agent = Option.String({ name: 'agent', required: false });

  protected async work({ log, views }: OperatorContext): Promise<undefined> {
    const { agent, into } = this;
    const now = new Date();
    const place = (option: '--from' | '--to', text: string | undefined) =>
      text === undefined ? undefined : namedPlace(option, text, now);
    const range = { from: place('--from', this.from), to: place('--to', this.to) };
    const pace = new ReplayPace({ speed: speedOf(this.speed), paused: this.step });
    const agentId =
      agent === undefined || isAgentId(agent)
        ? agent
        : (await knownAgent(views, agent, this.timeoutMs)).agentId;
    await using elsewhere = into === undefined ? undefined : await this.#connect(into);
    const ended = new AbortController();
    const signal = AbortSignal.any([this.untilInterrupted(), ended.signal]);
    const letGo = this.#takeKeys(pace, () => ended.abort());
    try {
      for await (const message of replay(log, { ...range, agentId }, pace, signal)) {
        this.#show(message);
        elsewhere?.publish(message);
      }
    } catch (error) {
      // Whoever pressed it knows.
      if (!signal.aborted) throw error;
    } finally {
      letGo();
    }
  }

  #takeKeys(pace: ReplayPace, end: () => void): () => void {
    const { stdin, stderr } = this.context;
    const isTerminal = 'isTTY' in stdin && stdin.isTTY === true;
    // A pipe that says nothing is waited for by nobody; at once, there is nothing to press.
    const isAtOnce = this.speed === 'max';
    if (!this.step && (isAtOnce || !isTerminal)) return () => undefined;
    if (isTerminal) stderr.write(`${KEYS}\n`);
    return replayKeys(stdin, pace, end);
  }

  #show(message: StoredMessage): void {
    const entry = replayEntry(message);
    const { time, stream, sequence, of, kind, text } = entry;
    const place = stream === 'EVENTS' ? String(sequence) : '';
    const line = `${time} ${place.padStart(7)} ${of} ${kind.padEnd(KIND_WIDTH)} ${text}`;
    this.print(entry, `${visibleLine(line)}\n`);
  }

  async #connect(url: string) {
    const name = 'orchestrator/replay';
    const connection = await connectLog({ url, name, timeoutMs: this.timeoutMs });
    const close = () => connection.close();
    try {
      await requireNoSystem(connection.nc, url);
    } catch (error) {
      await close();
      throw error;
    }
    return {
      publish: (message: StoredMessage) => publishElsewhere(connection.nc, message),
      [Symbol.asyncDispose]: close,
    };
  }
}

/** As wide as most types. */
const KIND_WIDTH = 17;

/** `10x`, `0.5x`, `max`. Throws ORC_USAGE. */
function speedOf(text: string): number {
  if (text === 'max') return Number.POSITIVE_INFINITY;
  const speed = /^\d+(\.\d+)?x?$/.test(text) ? Number.parseFloat(text) : 0;
  if (speed > 0) return speed;
  const what = `--speed ${JSON.stringify(text)} is no speed such as 10x, 0.5x or max`;
  throw new OrchestratorError('ORC_USAGE', what);
}
