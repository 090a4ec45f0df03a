import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { markdownTable } from '../../../docs/pages/markdown-table.ts';
import { median, percentile, round, timed } from '../measure.ts';
import { ended } from './child.ts';
import { isAnswerTo, messageOf, type PeerCommand } from './peer.ts';

/** From the start of each command to its end, each once a round. */
export async function byCommand(commands: readonly PeerCommand[], rounds: number): Promise<string> {
  const spent = new Map(commands.map(({ name }): [string, number[]] => [name, []]));
  for (let each = 0; each <= rounds; each += 1) {
    for (const command of commands) {
      const ms = await timed(() => answered(command, `command-${each}`));
      // The first round warms up.
      if (each > 0) spent.get(command.name)?.push(ms);
    }
  }
  const rows = [...spent].map(([name, all]) => [
    name,
    `${round(median(all))} / ${round(percentile(all, 95))} ms`,
  ]);
  return markdownTable(
    ['message to a living agent, by a command', 'exec → exit, median / P95'],
    rows,
  );
}

async function answered(command: PeerCommand, name: string): Promise<void> {
  const { words, cwd, env } = command;
  const [program, ...args] = words;
  const child = spawn(program, [...args, messageOf(name)], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, errors] = await Promise.all([text(child.stdout), text(child.stderr), ended(child)]);
  if (!isAnswerTo(name, out)) throw new Error(`${command.name}: ${out}${errors}`);
}
