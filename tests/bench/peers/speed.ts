import { sharedMemoryOf, timed } from '../measure.ts';
import { byCommand } from './by-command.ts';
import type { Figures, Memory } from './figures.ts';
import type { Peer, PeerAgent } from './peer.ts';
import type { PeerModel } from './peer-model.ts';

const AGENTS = 5;
/** The first of them. */
const TALKER = 'agent-1';

export interface SpeedOptions {
  model: PeerModel;
  /** Starts of each; the last one goes on. */
  starts: number;
  /** Messages to each, and as many again that are answered without a call of the shell. */
  messages: number;
  /** Messages by commands. */
  commands: number;
  /** Told of what is measured next. */
  say: (line: string) => void;
}

/** What was measured, and the table of what has a command. */
interface Speed {
  figures: Figures[];
  commands: string;
}

/** Starts each, makes its agents, and then sends messages to all peers in turn. */
export async function measureSpeed(
  peers: readonly Peer[],
  { model, starts, messages, commands, say }: SpeedOptions,
): Promise<Speed> {
  const all: Started[] = [];
  for (const peer of peers) {
    say(`${peer.name} ${peer.version}: ${starts} starts, five agents …`);
    all.push(await started(peer, starts));
  }
  say(`${messages} messages to each, in turn …`);
  const shell = await inTurn(all, messages, 'shell');
  model.saysAtOnce = true;
  const atOnce = await inTurn(
    all.filter(({ peer }) => peer.saysTexts),
    messages,
    'once',
  );
  model.saysAtOnce = false;
  say(`${commands} messages by each command …`);
  const table = await byCommand(
    peers.flatMap((peer) => peer.command?.(TALKER) ?? []),
    commands,
  );
  for (const { peer } of all) await peer.stop();
  const figures = all.map(({ peer, talker: _, ...own }) => ({
    ...own,
    answer: shell.get(peer)?.map(({ answerMs }) => answerMs) ?? [],
    end: shell.get(peer)?.map(({ endMs }) => endMs) ?? [],
    atOnce: atOnce.get(peer)?.map(({ answerMs }) => answerMs) ?? [],
  }));
  return { figures, commands: table };
}

/** What is measured of one alone, and the agent that it talks by. */
interface Started extends Figures {
  peer: Peer;
  talker: PeerAgent;
}

async function started(peer: Peer, starts: number): Promise<Started> {
  const { name, version, by } = peer;
  const start = await startTimes(peer, starts);
  const idle = sharedMemoryOf(peer.controllers());
  const { newAgent, talker } = await fiveAgents(peer);
  const memory = { idle, ...memoryWithFive(peer) };
  const own = peer.hasService ? { start } : {};
  return { name, version, by, newAgent, memory, ...own, peer, talker };
}

async function startTimes(peer: Peer, starts: number): Promise<number[]> {
  const times: number[] = [];
  // The first one makes what is kept, and is not counted.
  await peer.start();
  for (let each = 0; each < starts; each += 1) {
    await peer.kill();
    times.push(await timed(() => peer.start()));
  }
  return times;
}

/** One after the other, as people make them. */
async function fiveAgents(peer: Peer): Promise<{ newAgent: number[]; talker: PeerAgent }> {
  const newAgent: number[] = [];
  let talker: PeerAgent | undefined;
  for (let each = 1; each <= AGENTS; each += 1) {
    const begin = performance.now();
    const agent = await peer.agent(`agent-${each}`);
    const { answerMs } = await turn(agent, `hello-${each}`, begin);
    newAgent.push(answerMs);
    talker ??= agent;
  }
  if (talker === undefined) throw new Error('there is no agent');
  return { newAgent, talker };
}

const memoryWithFive = (peer: Peer): Omit<Memory, 'idle'> => ({
  withFive: sharedMemoryOf(peer.controllers()),
  withFiveWhole: sharedMemoryOf([...new Set([...peer.controllers(), ...peer.processes()])]),
});

interface Spent {
  answerMs: number;
  endMs: number;
}

/** Each once a round, so that what else the machine does meets them all. */
async function inTurn(
  all: readonly { peer: Peer; talker: PeerAgent }[],
  messages: number,
  series: string,
): Promise<Map<Peer, Spent[]>> {
  const spent = new Map(all.map(({ peer }): [Peer, Spent[]] => [peer, []]));
  for (let each = 0; each <= messages; each += 1) {
    for (const { peer, talker } of all) {
      const took = await turn(talker, `${series}-${each}`);
      // The first round warms up.
      if (each > 0) spent.get(peer)?.push(took);
    }
  }
  return spent;
}

async function turn(agent: PeerAgent, name: string, begin = performance.now()): Promise<Spent> {
  const { answer, end } = agent.say(name);
  const answerMs = answer.then(() => performance.now() - begin);
  await end;
  return { endMs: performance.now() - begin, answerMs: await answerMs };
}
