import type { ExecutionContext } from 'ava';
import { kindOf } from '../../../agents/agent-kinds.ts';
import { AgentHost, type AgentHostOptions } from '../../../agents/host/agent-host.ts';
import type { StartDriver } from '../../../agents/host/driver.ts';
import { Permissions } from '../../../agents/host/permissions.ts';
import type { PuppetStage } from './puppet-stage.ts';
import { Queue } from './queue.ts';
import type { Step, Told, TranscriptHead } from './transcript.ts';

/** A variable of the order and a secret of it: the CLI has to get both. */
export const ENVIRONMENT = { AN_ENDPOINT: 'http://127.0.0.1:1' };
export const SECRETS = { A_KEY: 'sk-0123456789' };

/** A host that a transcript can be played to. */
export interface PlayableHost {
  /** What it stated and nobody took yet. */
  readonly told: Queue<Told>;
  /** What people read. */
  readonly log: readonly string[];
  readonly workspace: string;
  /** The session that each process of the CLI was to go on with, where the host shows it. */
  readonly sessions: readonly (string | undefined)[];
  /** The exit code. */
  readonly ended: Promise<number>;
  do(step: Step): void;
}

export async function driverOf({ kind }: TranscriptHead): Promise<StartDriver> {
  const start = await kindOf(kind)?.driver?.();
  if (start === undefined) throw new Error(`there is no driver for ${kind}`);
  return start;
}

/** A host and the driver of its CLI, made as `runHost` does it; what it states is kept instead. */
export class PlayedHost implements PlayableHost {
  readonly told = new Queue<Told>();
  readonly log: string[] = [];
  readonly workspace: string;
  readonly sessions: (string | undefined)[] = [];
  readonly ended: Promise<number>;
  readonly #host: AgentHost;
  #answer: ((text: string) => void) | undefined;

  static async start(
    t: Pick<ExecutionContext, 'teardown'>,
    head: TranscriptHead,
    { workspace, home, searchPath }: PuppetStage,
  ): Promise<PlayedHost> {
    const startDriver = await driverOf(head);
    const order = { ...head.order, environment: ENVIRONMENT, secrets: SECRETS };
    const environment = { PATH: searchPath, HOME: home, ...ENVIRONMENT, ...SECRETS };
    const played: PlayedHost = new PlayedHost(
      new Permissions({
        policy: head.order.permissions,
        ask: (text, options) => played.#ask(text, options),
        log: (line) => played.log.push(line),
      }),
      (session, events) => startDriver({ order, session, events, environment, workspace }),
      workspace,
    );
    t.teardown(() => played.#host.finish());
    return played;
  }

  private constructor(
    permissions: Permissions,
    start: AgentHostOptions['start'],
    workspace: string,
  ) {
    this.workspace = workspace;
    this.#host = new AgentHost({
      start: (session, events) => {
        this.sessions.push(session);
        return start(session, events);
      },
      permission: (request) => permissions.request(request),
      sayReady: async (problem) =>
        this.told.push(problem === undefined ? { ready: true } : { notReady: problem }),
      sayTurnEnd: async (turnEnd) => this.told.push({ turnEnd }),
      sayAnswer: async (said) => this.told.push({ said }),
      sayNotice: async (notice) => this.told.push({ notice }),
      log: (line) => this.log.push(line),
    });
    this.ended = this.#host.run();
  }

  do(step: Step): void {
    if (step === 'interrupt') this.#host.interrupt();
    else if (step === 'finish') this.#host.finish();
    else if ('message' in step) this.#host.message(step.message);
    else if (this.#answer === undefined) throw new Error('no question waits for this answer');
    else this.#answer(step.answer);
  }

  #ask(question: string, options: readonly string[]): Promise<string> {
    this.told.push({ question, options: [...options] });
    return new Promise((resolve) => {
      this.#answer = resolve;
    });
  }
}
