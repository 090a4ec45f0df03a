import { EventEmitter } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { ExecutionContext } from 'ava';
import { frameHostMessage } from '../../../agents/host/host-order.ts';
import { runHost } from '../../../agents/host/run-host.ts';
import { mintAgentCredentials } from '../../../platform/nats/agent-credentials.ts';
import type { StoredEvent } from '../../../schemas/event.ts';
import { newAgentId, newId } from '../../../schemas/ids.ts';
import { parseEvent } from '../../../schemas/parse-event.ts';
import { subjectOf } from '../../../schemas/subjects.ts';
import type { TestNats } from '../nats.ts';
import { driverOf, ENVIRONMENT, type PlayableHost, SECRETS } from './played-host.ts';
import type { PuppetStage } from './puppet-stage.ts';
import { Queue } from './queue.ts';
import { toldByEvent } from './told-by-event.ts';
import type { Step, Told, TranscriptHead } from './transcript.ts';

const HOUR_MS = 3_600_000;

/**
 * `orchestrator host` as it runs, in this process: messages on its stdin, signals, a log on its
 * stdout, and what it states in the log of a real server.
 */
export class StatedHost implements PlayableHost {
  readonly told = new Queue<Told>();
  readonly log: string[] = [];
  readonly sessions = [];
  readonly workspace = process.cwd();
  readonly stdin = new PassThrough();
  readonly ended: Promise<number>;
  readonly #signals = new EventEmitter();
  readonly #nats: TestNats;
  readonly #agentId = newAgentId();
  #question: string | undefined;

  static async start(
    t: Pick<ExecutionContext, 'teardown'>,
    nats: TestNats,
    head: TranscriptHead,
    stage: PuppetStage,
    own: Record<string, string> = {},
  ): Promise<StatedHost> {
    const host: StatedHost = new StatedHost(nats, async () => {
      const orderFile = join(stage.home, 'host.json');
      const credentials = join(stage.home, 'agent.creds');
      const order = { ...head.order, environment: ENVIRONMENT, secrets: SECRETS };
      await writeFile(orderFile, JSON.stringify(order));
      const expiresAt = new Date(Date.now() + HOUR_MS);
      const grant = { agentId: host.#agentId, expiresAt };
      await writeFile(credentials, await mintAgentCredentials(nats.agentsSeed, grant));
      const env = {
        PATH: stage.searchPath,
        HOME: stage.home,
        ORCHESTRATOR_AGENT_ID: host.#agentId,
        ORCHESTRATOR_NATS_URL: nats.url,
        ORCHESTRATOR_CREDS: credentials,
        ...own,
      };
      const streams = { env, stdin: host.stdin, stdout: host.#stdout(), stderr: new PassThrough() };
      return runHost(await driverOf(head), orderFile, streams, host.#signals);
    });
    const stopped = new AbortController();
    const hearing = host.#hear(stopped.signal);
    t.teardown(async () => {
      host.do('finish');
      stopped.abort();
      await hearing;
    });
    return host;
  }

  private constructor(nats: TestNats, run: () => Promise<number>) {
    this.#nats = nats;
    // `run` looks at this host, which is whole by then.
    this.ended = Promise.resolve().then(run);
  }

  do(step: Step): void {
    if (step === 'interrupt') this.#signals.emit('SIGINT');
    else if (step === 'finish') this.#signals.emit('SIGTERM');
    else if ('message' in step) this.stdin.write(frameHostMessage(step.message));
    else void this.#answer(step.answer);
  }

  /** As the spawner states it when the person has answered. */
  async #answer(answer: string): Promise<void> {
    const callId = this.#question ?? '';
    await this.#nats.log.append({
      id: newId('result'),
      type: 'result',
      source: 'orchestrator/test',
      time: new Date().toISOString(),
      subject: subjectOf({ family: 'result', agentId: this.#agentId, callId }),
      data: { ok: true, callId, value: { answer } },
    });
  }

  #stdout(): PassThrough {
    const stdout = new PassThrough({ encoding: 'utf8' });
    stdout.on('data', (text: string) => this.log.push(...text.trimEnd().split('\n')));
    return stdout;
  }

  async #hear(signal: AbortSignal): Promise<void> {
    const filter = `agents.${this.#agentId}.>`;
    const all = { stream: 'EVENTS', from: { sequence: 1 }, filter, signal } as const;
    for await (const { messages } of this.#nats.log.follow(all)) {
      for (const message of messages) {
        const parsed = parseEvent(message);
        if (parsed.kind === 'event') this.#heard(parsed.event);
      }
    }
  }

  #heard(event: StoredEvent): void {
    if (event.type === 'response.question') this.#question = event.id;
    // Nobody but the host speaks here.
    const told = event.type === 'response.answer' ? { said: event.data.text } : toldByEvent(event);
    if (told !== undefined) this.told.push(told);
  }
}
