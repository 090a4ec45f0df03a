import { loadavg } from 'node:os';
import { Cleanup, round } from '../measure.ts';
import { acpx } from './acpx.ts';
import { type Figures, peersTable } from './figures.ts';
import { installPeers } from './install-peers.ts';
import { openclaw } from './openclaw.ts';
import { ours } from './ours.ts';
import type { Peer } from './peer.ts';
import { PeerModel } from './peer-model.ts';
import { sandboxAgent } from './sandbox-agent.ts';
import { measureSpeed } from './speed.ts';
import { measureSurvival } from './survival.ts';

const STARTS = Number(process.env.BENCH_STARTS ?? 5);
const MESSAGES = Number(process.env.BENCH_MESSAGES ?? 30);
/** `kill -9` of each peer; twice as many of ours. */
const KILLS = Number(process.env.BENCH_KILLS ?? 10);

/** Ours beside what others use for the same, all with the same Claude CLI and the same model. */
export async function peers(): Promise<string[]> {
  await using cleanup = new Cleanup();
  const began = performance.now();
  const say = (line: string) =>
    process.stderr.write(`${round((performance.now() - began) / 1_000)} s: ${line}\n`);
  const installed = await installPeers(say);
  const model = await PeerModel.start(cleanup);
  const all = async (): Promise<[Peer, ...Peer[]]> => [
    ours(model.url, cleanup),
    await sandboxAgent(installed, model.url, cleanup),
    acpx(installed, model.url, cleanup),
    openclaw(installed, model.url, cleanup),
  ];
  const speed =
    MESSAGES > 0
      ? await measureSpeed(await all(), {
          model,
          starts: STARTS,
          messages: MESSAGES,
          commands: Math.ceil(MESSAGES / 3),
          say,
        })
      : undefined;
  // Kept, whatever becomes of the kills.
  if (speed) say(`\n${peersTable(speed.figures)}\n\n${speed.commands}`);
  const load = round(loadavg()[0] ?? 0, 1);
  const figures: Figures[] = [];
  for (const [at, peer] of (await all()).entries()) {
    const { name, version, by } = peer;
    const rounds = at === 0 ? 2 * KILLS : KILLS;
    const survival = KILLS > 0 ? await measureSurvival(peer, { model, rounds, say }) : undefined;
    figures.push({
      ...{ name, version, by },
      ...speed?.figures[at],
      ...(survival && { survival }),
    });
  }
  return [
    peersTable(figures),
    '',
    ...(speed ? [speed.commands, ''] : []),
    `Claude Code ${installed.versionOfClaude()} (not in openclaw, whose agent is its own), by`,
    `@agentclientprotocol/claude-agent-acp ${installed.version('@agentclientprotocol/claude-agent-acp')} in sandbox-agent and acpx; Node ${process.versions.node}.`,
    `Load of the machine after the times: ${load}.`,
  ];
}
