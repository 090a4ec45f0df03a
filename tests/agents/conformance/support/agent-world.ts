import { existsSync, mkdtempSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { agentFactories } from '../../../../agents/agent-factories.ts';
import { loadSettings } from '../../../../agents/load-settings.ts';
import type { StoredEvent } from '../../../../schemas/event.ts';
import { newAgentId } from '../../../../schemas/ids.ts';
import type { Runtime } from '../../../../spawner/runtime/runtime.ts';
import { command, sendMessage } from '../../../support/commands.ts';
import { history, ofType } from '../../../support/history.ts';
import { ModelServer } from '../../../support/model-server/model-server.ts';
import { processes } from '../../../support/process-tree.ts';
import { type SpawnerFixture, startSpawner } from '../../../support/spawner.ts';
import { AGENT_CLIS, type AgentKind, PLANTED_KEY } from './agent-kinds.ts';
import { PATIENCE_MS } from './patience.ts';
import { beginRecording, recordedAgent } from './recorded-agent.ts';

const NAMES = /<([^>]+)>|MSG\[([^\]]+)\]/g;

/** Where the agents of a test live; as processes of this machine without. */
export interface Containers {
  runtime: Runtime;
  /** Path of an agent's home on this machine. */
  home(agentId: string): Promise<string>;
}

/** One agent of a kind, with a spawner, a server and a model of its own. */
export class AgentWorld {
  readonly t: ExecutionContext;
  readonly model: ModelServer;
  readonly spawner: SpawnerFixture;
  readonly agentId = newAgentId();
  readonly #containers: Containers | undefined;

  constructor(
    t: ExecutionContext,
    model: ModelServer,
    spawner: SpawnerFixture,
    containers?: Containers,
  ) {
    this.t = t;
    this.model = model;
    this.spawner = spawner;
    this.#containers = containers;
  }

  /** Sends a message that the model knows by its name. */
  async say(name: string, text = ` please answer`): Promise<void> {
    await sendMessage(this.spawner.log, this.agentId, name, `MSG[${name}]${text}`);
  }

  /** Resolves when the turn of a message has ended well; throws what it failed with. */
  async ended(name: string): Promise<void> {
    const over = await this.turnOver(name);
    if (over.type === 'turn.failed') {
      throw new Error(
        `the turn of ${name} failed: ${JSON.stringify(over.data)}\n${await this.logs()}`,
      );
    }
  }

  async failed(name: string): Promise<{ code: string; reason: string; cure: string }> {
    const over = await this.turnOver(name);
    if (over.type === 'turn.failed') return over.data;
    throw new Error(`the turn of ${name} did not fail`);
  }

  /** By which turn a message was taken, and how that turn ended. */
  async turnOver(name: string): Promise<StoredEvent & { type: 'turn.ended' | 'turn.failed' }> {
    const { data } = await this.spawner.event(
      this.agentId,
      'process.delivered',
      (event) => event.data.commandId === name,
    );
    return this.spawner.turnOver(this.agentId, data.turnId);
  }

  async events(): Promise<StoredEvent[]> {
    return history(this.spawner.log, `agents.${this.agentId}.>`);
  }

  /** What the user got. */
  async answers(): Promise<string[]> {
    return ofType(await this.events(), 'response.answer').map(({ data }) => data.text);
  }

  /** The names of the messages that were answered, in order. */
  async answered(): Promise<string[]> {
    const answers = await this.answers();
    return answers.flatMap((text) => {
      const [served = ''] = text.split(' of ');
      return [...served.matchAll(NAMES)].map(([, one, other]) => one ?? other ?? '');
    });
  }

  /** Is this file in the agent's workspace? */
  async hasFile(name: string): Promise<boolean> {
    const home = await this.#containers?.home(this.agentId);
    const workspace = home ? join(home, 'workspace') : this.spawner.workspace(this.agentId);
    return existsSync(join(workspace, name));
  }

  /** The question that was asked after so many others. */
  async question(index: number): Promise<StoredEvent & { type: 'response.question' }> {
    let seen = -1;
    return this.spawner.event(this.agentId, 'response.question', () => {
      seen += 1;
      return seen === index;
    });
  }

  async answerQuestion(questionId: string, text: string): Promise<void> {
    const data = { text, mode: 'join' as const, answers: questionId };
    await this.spawner.log.append(command(this.agentId, 'command.send', data));
  }

  async interrupt(): Promise<void> {
    await this.spawner.log.append(command(this.agentId, 'command.interrupt', {}));
  }

  /** The first process of the agent: its host, where there is one; in a container the init. */
  async pid(): Promise<number> {
    const { data } = await this.spawner.event(this.agentId, 'process.ready');
    return data.pid ?? 0;
  }

  /** The CLI that a host runs. */
  async cliPid(): Promise<number> {
    const root = await this.pid();
    const host = this.#containers ? hostBelow(root) : root;
    const children = processes().filter(({ parent }) => parent === host);
    const cli = children.find(({ command }) => !command.startsWith('sh -c read'));
    if (cli === undefined) throw new Error('the host runs no CLI');
    return cli.pid;
  }

  /** Resolves when the agent has printed it. */
  async logged(words: string): Promise<void> {
    const filter = `agents.${this.agentId}.log.*`;
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const all = { stream: 'LOGS', from: { sequence: 1 }, filter, signal } as const;
    for await (const { messages } of this.spawner.log.follow(all)) {
      if (messages.some(({ payload }) => Buffer.from(payload).toString().includes(words))) return;
    }
    throw new Error(`it did not print ${JSON.stringify(words)} in time`);
  }

  async logs(): Promise<string> {
    const lines: string[] = [];
    const filter = `agents.${this.agentId}.log.*`;
    const all = { stream: 'LOGS', from: { sequence: 1 }, filter } as const;
    for await (const { payload } of this.spawner.log.read(all)) {
      lines.push(Buffer.from(payload).toString());
    }
    return lines.join('\n');
  }

  /** No event, log line or command line holds the key. */
  async holdsNoSecret(): Promise<void> {
    const told = JSON.stringify(await this.events()) + (await this.logs());
    this.t.false(told.includes(PLANTED_KEY));
    this.t.false(processes().some(({ command: line }) => line.includes(PLANTED_KEY)));
  }
}

/** Starts an agent of a kind; what it is given is gone with the test. */
export async function startAgent(
  t: ExecutionContext,
  kind: AgentKind,
  own: Record<string, string> = {},
  containers?: Containers,
): Promise<AgentWorld> {
  const model = await ModelServer.start(t);
  const folder = mkdtempSync(join(tmpdir(), 'orchestrator-logins-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const environment = {
    ORCHESTRATOR_CREDENTIALS_DIR: folder,
    ...kind.environment(model.url, folder),
    ...own,
  };
  const factories = await agentFactories(loadSettings(environment), environment);
  const recording = containers ? undefined : beginRecording(t, kind);
  const programFolders = [join(AGENT_CLIS, '.bin'), dirname(process.execPath)];
  const spawner = await startSpawner(t, {
    factories,
    programFolders: recording ? [recording.programFolder, ...programFolders] : programFolders,
    stopGraceMs: 2000,
    patienceMs: PATIENCE_MS,
    ...(containers && { runtime: containers.runtime }),
  });
  const world = new AgentWorld(t, model, spawner, containers);
  recording?.saveAtEndOf(recordedAgent(world));
  const create = { kind: kind.kind, ttlMs: 3_600_000, turnDeadlineMs: PATIENCE_MS };
  await spawner.log.append(command(world.agentId, 'command.create', create));
  await spawner.event(world.agentId, 'process.ready');
  return world;
}

/** The host among an init's descendants. */
function hostBelow(root: number): number {
  const all = processes();
  const family = [root];
  for (const pid of family) {
    for (const one of all.filter(({ parent }) => parent === pid)) {
      if (/orchestrator\S* host /.test(one.command) && !one.command.startsWith('bash'))
        return one.pid;
      family.push(one.pid);
    }
  }
  throw new Error('there is no host');
}

/** Resident memory of a process and all below it, in MB. */
export async function memoryOf(root: number): Promise<number> {
  const all = processes();
  const family = [root];
  for (const pid of family) family.push(...all.filter((p) => p.parent === pid).map((p) => p.pid));
  const pages = await Promise.all(
    family.map((pid) => readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')),
  );
  const kilobytes = pages.map((status) => Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0));
  return Math.round(kilobytes.reduce((sum, one) => sum + one, 0) / 1024);
}
