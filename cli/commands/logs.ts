import { Option } from 'clipanion';
import type { LogConnection } from '../../core/log/connection.ts';
import { mostKeptLines } from '../../core/log/kept-lines.ts';
import { knownAgent } from '../../core/operator/known-agent.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import { agentFilter } from '../../schemas/subjects.ts';
import { OperatorCommand } from '../operator/operator-command.ts';
import type { OperatorContext } from '../operator/operator-context.ts';
import { described } from '../options.ts';
import { usageOf } from '../usage.ts';

interface Line {
  stream: 'stdout' | 'stderr';
  time: string;
  payload: Uint8Array;
}

export class LogsCommand extends OperatorCommand {
  static override paths = [['logs']];
  static override usage = usageOf('logs');

  agent = Option.String({ required: true });
  follow = Option.Boolean('--follow,-f', false, described('logs', '--follow,-f'));
  lines = Option.String('--lines,-n', '100', described('logs', '--lines,-n'));

  protected async work({ log, views, connection }: OperatorContext): Promise<undefined> {
    const count = this.#count();
    const { agentId } = await knownAgent(views, this.agent, this.timeoutMs);
    const filter = agentFilter(agentId, 'log');
    const signal = this.untilInterrupted();
    const source = { stream: 'LOGS', from: { sequence: 1 }, filter, signal } as const;
    let tail: Line[] = [];
    let last = 0;
    const found = { stdout: 0, stderr: 0 };
    for await (const message of log.read(source)) {
      const line = lineOf(message);
      tail.push(line);
      found[line.stream] += 1;
      last = message.sequence;
      if (tail.length > count * 2) tail = tail.slice(-count);
    }
    if (count > found.stdout + found.stderr) await this.#tellCut(found, connection);
    for (const line of tail.slice(-count)) this.#print(line);
    if (!this.follow) return;
    const from = { sequence: last + 1 };
    for await (const { messages } of log.follow({ stream: 'LOGS', from, filter, signal })) {
      for (const message of messages) this.#print(lineOf(message));
    }
  }

  /** More was asked for than is kept: what was before has perhaps been there. */
  async #tellCut(found: Record<Line['stream'], number>, connection: LogConnection): Promise<void> {
    const most = await mostKeptLines(connection);
    const cut = (['stdout', 'stderr'] as const).filter((stream) => found[stream] >= most);
    if (cut.length === 0) return;
    const what = `of ${cut.join(' and of ')} only the last ${most} lines are kept`;
    this.context.stderr.write(
      `orchestrator: ${what} (ORCHESTRATOR_LOGS_LINES): whatever was before them is gone\n`,
    );
  }

  #count(): number {
    const count = Number(this.lines);
    if (Number.isInteger(count) && count > 0) return count;
    const what = `--lines ${JSON.stringify(this.lines)} is no number of lines`;
    throw new OrchestratorError('ORC_USAGE', what);
  }

  /** The bytes as the agent wrote them. */
  #print({ payload, ...line }: Line): void {
    const { stdout } = this.context;
    if (this.json) {
      const text = Buffer.from(payload).toString();
      stdout.write(`${JSON.stringify({ ...line, line: text })}\n`);
    } else {
      stdout.write(Buffer.concat([payload, Buffer.from('\n')]));
    }
  }
}

function lineOf(message: {
  subject: string;
  payload: Uint8Array;
  time: Date;
  header(name: string): string | undefined;
}): Line {
  const { subject, payload } = message;
  const time = message.header('ce-time') ?? message.time.toISOString();
  return { stream: subject.endsWith('.stderr') ? 'stderr' : 'stdout', time, payload };
}
