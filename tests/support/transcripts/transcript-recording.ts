import { chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { HOST_ORDER_FILE, hostOrder } from '../../../agents/host/host-order.ts';
import type { EventLog } from '../../../core/log/event-log.ts';
import { merged } from './merge-entries.ts';
import { outerEntries } from './outer-entries.ts';
import { withPlaceholders } from './placeholders.ts';
import type { RawEntry } from './raw-entry.ts';
import { renderTranscript, transcriptFile } from './transcript.ts';

const RECORDING_CLI = join(import.meta.dirname, 'recording-cli.ts');

/** The conversations that are kept, by the title of the test that they come from. */
const SCENARIOS: Record<string, string> = {
  'two messages go to one process, which remembers the first': 'two-messages',
  'a message during a turn is answered, by the turn or by the next': 'message-during-a-turn',
  'an interrupt ends the turn, and the process goes on': 'interrupt',
  'refused credentials are said in the chat': 'login-refused',
  'a limit of the model is said in the chat, and the next message works': 'model-busy',
  'a failure of the model is said in the chat': 'model-error',
  'a stream that is cut is read again': 'stream-cut',
  'garbage from the model harms nothing': 'model-garbage',
  'SIGTERM in a turn lets it be finished, and then it ends': 'finish-in-a-turn',
  'a crash of the CLI in a turn is told at once, and its session goes on': 'crash',
  'an agent that must ask does what is allowed, and not what is not': 'permissions',
};

/** The agent whose CLI is recorded. */
export interface RecordedAgent {
  log: EventLog;
  agentId: string;
  home: string;
  /** Values that are others on another machine or at another time, by what they are. */
  values: Readonly<Record<string, string>>;
}

export interface RecordedCli {
  kind: string;
  /** Package and version. */
  cli: string;
  /** Name of its program, and where the real one is. */
  program: string;
  path: string;
}

/** With `RECORD_TRANSCRIPTS=true`, keeps what a CLI and its driver say to each other in a test. */
export class TranscriptRecording {
  readonly #t: ExecutionContext;
  readonly #cli: RecordedCli;
  readonly #scenario: string;
  readonly #folder: string;

  /** Undefined where the conversation of this test is not kept. */
  static begin(t: ExecutionContext, cli: RecordedCli): TranscriptRecording | undefined {
    const scenario = SCENARIOS[t.title.slice(t.title.indexOf(': ') + 2)];
    if (process.env.RECORD_TRANSCRIPTS !== 'true' || scenario === undefined) return undefined;
    return new TranscriptRecording(t, cli, scenario);
  }

  private constructor(t: ExecutionContext, cli: RecordedCli, scenario: string) {
    this.#t = t;
    this.#cli = cli;
    this.#scenario = scenario;
    this.#folder = mkdtempSync(join(tmpdir(), 'orchestrator-recording-'));
    t.teardown(() => rm(this.#folder, { recursive: true, force: true }));
  }

  get #raw(): string {
    return join(this.#folder, 'raw.jsonl');
  }

  /** Comes first on the PATH of the agent: the CLI in it is the recorded one. */
  get programFolder(): string {
    const { program, path } = this.#cli;
    const file = join(this.#folder, program);
    const words = [process.execPath, RECORDING_CLI, this.#raw, path];
    writeFileSync(file, `#!/bin/sh\nexec ${words.map((word) => `'${word}'`).join(' ')} "$@"\n`);
    chmodSync(file, 0o755);
    return this.#folder;
  }

  /** Writes the transcript at the end of the test, where that has passed. */
  saveAtEndOf(agent: RecordedAgent): void {
    this.#t.teardown(async () => {
      if (this.#t.passed) await this.#save(agent);
    });
  }

  async #save(agent: RecordedAgent): Promise<void> {
    const raw = readFileSync(this.#raw, 'utf8')
      .trimEnd()
      .split('\n')
      // Written by recording-cli.ts.
      .map((entry) => JSON.parse(entry) as RawEntry);
    const { kind, cli } = this.#cli;
    const scenario = this.#scenario;
    const { command, permissions } = hostOrder.parse(
      JSON.parse(readFileSync(join(agent.home, '.orchestrator', HOST_ORDER_FILE), 'utf8')),
    );
    const head = { kind, scenario, cli, order: { command, permissions } };
    const entries = merged(raw, await outerEntries(agent.log, agent.agentId));
    const file = transcriptFile(kind, scenario);
    mkdirSync(dirname(file), { recursive: true });
    // A name as short as a machine's may be is only taken where it stands alone.
    const text = renderTranscript({ head, entries }).replaceAll(`"${hostname()}"`, '"<host>"');
    writeFileSync(file, withPlaceholders(text, agent.values));
  }
}
