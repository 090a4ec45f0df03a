import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { killAll, processes, processesWith } from '../../support/process-tree.ts';
import type { Cleanup } from '../measure.ts';
import type { InstalledPeers } from './install-peers.ts';
import { isAnswerTo, messageOf, type Peer, type PeerAgent } from './peer.ts';
import { allowAll, peerFolder } from './peer-folder.ts';

/** acpx: a command for each message; a process of its own for each session keeps the agent. */
export function acpx(peers: InstalledPeers, modelUrl: string, cleanup: Cleanup): Peer {
  const folder = peerFolder(cleanup);
  allowAll(folder);
  const env = peers.environment(folder, modelUrl);
  const agents = new Map<string, PeerAgent>();
  const program = peers.file('acpx/dist/cli.js');
  const run = (cwd: string, ...args: string[]) =>
    spawn(process.execPath, [program, '--approve-all', ...args], {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      // A session of its own: a signal that it sends to its group is none of ours.
      detached: true,
    });
  const owners = () => {
    const own = new Set(processesWith(folder));
    const isOwner = ({ command, pid }: { command: string; pid: number }) =>
      own.has(pid) && command.includes('__queue-owner');
    return processes()
      .filter(isOwner)
      .map(({ pid }) => pid);
  };
  return {
    name: 'acpx',
    version: peers.version('acpx'),
    by: 'its command, a process each',
    hasService: false,
    saysTexts: true,
    goesOnWithinMs: 5_000,
    command: (agent) => ({
      name: '`acpx claude`',
      words: [process.execPath, program, '--approve-all', 'claude'],
      cwd: join(folder, agent),
      env,
    }),
    // There is no service: a session's first message starts what keeps its agent.
    start: async () => undefined,
    agent: async (name) => {
      const known = agents.get(name);
      if (known !== undefined) return known;
      const cwd = join(folder, name);
      mkdirSync(cwd);
      await succeeded(run(cwd, 'claude', 'sessions', 'new'));
      const agent = talking((...args) => run(cwd, ...args));
      agents.set(name, agent);
      return agent;
    },
    controllers: owners,
    processes: () => processesWith(folder),
    kill: async () => killAll(owners()),
    stop: async () => {
      agents.clear();
      killAll(processesWith(folder));
    },
  };
}

function talking(run: (...args: string[]) => ChildProcess): PeerAgent {
  const texts: string[] = [];
  return {
    say: (name) => {
      const { promise: answer, resolve } = Promise.withResolvers<void>();
      const hear = (said: string) => {
        texts.push(said);
        if (isAnswerTo(name, said)) resolve();
      };
      const send = () => heard(run('--format', 'json', 'claude', messageOf(name)), hear);
      return { answer, end: again(send) };
    },
    texts: async () => texts,
  };
}

/** Of what keeps an agent: it is given some seconds to start, which a loaded machine does not have. */
const NOT_STARTED = 'queue owner failed to start';
const ATTEMPTS = 5;

async function again(send: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await send();
    } catch (error) {
      if (attempt === ATTEMPTS || !String(error).includes(NOT_STARTED)) throw error;
    }
  }
}

async function heard(child: ChildProcess, hear: (text: string) => void): Promise<void> {
  if (child.stdout === null) throw new Error('acpx has no stdout');
  createInterface({ input: child.stdout }).on('line', (line) => {
    const said = textOf(line);
    if (said !== undefined) hear(said);
  });
  await succeeded(child);
}

/** What an agent says in a line of `--format json`: a message of ACP. */
function textOf(line: string): string | undefined {
  // Written by the peer, in the shape of ACP's `session/update`.
  const { params } = JSON.parse(line) as {
    params?: { update?: { sessionUpdate: string; content?: { text?: string } } };
  };
  const update = params?.update;
  return update?.sessionUpdate === 'agent_message_chunk' ? (update.content?.text ?? '') : undefined;
}

/** Its errors are in its output, where that is JSON. */
async function succeeded(child: ChildProcess): Promise<void> {
  let printed = '';
  for (const stream of [child.stderr, child.stdout]) {
    stream?.on('data', (chunk) => {
      printed += chunk;
    });
  }
  await once(child, 'close');
  if (child.exitCode === 0) return;
  const last = printed.trim().split('\n').slice(-2).join(' ');
  throw new Error(`acpx ended with ${child.exitCode ?? child.signalCode}: ${last}`);
}
