import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What a run of the suite found out about the kinds of agents; `docs/agents.md` is made from it. */
export const REPORT_FILE = join(import.meta.dirname, '..', '..', '..', '..', 'docs', 'agents.json');

export interface Measures {
  /** From the start of the process until it takes messages. */
  startUpMs: number;
  /** Resident, host and CLI together, before the first message. */
  idleMb: number;
  /** From a message to its answer, with a model that thinks for no time. */
  answerMs: number;
  endAfterAnswerMs: number;
}

interface KindReport {
  version?: string;
  measures?: Measures;
  /** `yes`, or in which way it holds. */
  holds: Record<string, string>;
}

/** Notes what holds for one kind. Files are run one after the other, so nobody else writes. */
export class AgentReport {
  readonly #kind: string;
  readonly #version: string | undefined;

  constructor(kind: string, version: string | undefined) {
    this.#kind = kind;
    this.#version = version;
  }

  holds(what: string, how: string): void {
    this.#change((report) => ({ ...report, holds: { ...report.holds, [what]: how } }));
  }

  measured(measures: Measures): void {
    this.#change((report) => ({ ...report, measures }));
  }

  #change(change: (report: KindReport) => KindReport): void {
    if (process.env.AGENTS_REPORT !== 'true') return;
    const all = readReport();
    // What was found out about another version does not count for this one.
    const old = all[this.#kind];
    const known = old?.version === this.#version ? old : undefined;
    const version = this.#version === undefined ? {} : { version: this.#version };
    all[this.#kind] = change(known ?? { ...version, holds: {} });
    mkdirSync(dirname(REPORT_FILE), { recursive: true });
    writeFileSync(REPORT_FILE, `${JSON.stringify(all, null, 2)}\n`);
  }
}

function readReport(): Record<string, KindReport> {
  try {
    return JSON.parse(readFileSync(REPORT_FILE, 'utf8'));
  } catch {
    return {};
  }
}
