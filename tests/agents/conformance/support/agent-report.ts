import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { agentSources, type ReportedSources } from '../../../runner/agent-sources.ts';

/** What a run of the suite found out about the kinds of agents; `docs/agents.md` is made from it. */
const REPORT_FILE = join(import.meta.dirname, '..', '..', '..', '..', 'docs', 'agents.json');

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

/** Notes what holds for one kind. With a report files are run one at a time, so nobody else writes. */
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
    const report = readReport();
    // What was found out about another version does not count for this one.
    const old = report.kinds[this.#kind];
    const known = old?.version === this.#version ? old : undefined;
    const version = this.#version === undefined ? {} : { version: this.#version };
    report.kinds[this.#kind] = change(known ?? { ...version, holds: {} });
    writeReport(report);
  }
}

/** What `docs/agents.json` holds. */
interface Report {
  /** Of which sources all of it is, once a run has come to its end. */
  of?: ReportedSources | undefined;
  kinds: Record<string, KindReport>;
}

/** Called when the whole suite has passed, all kinds of it. */
function reportSources(): void {
  writeReport({ ...readReport(), of: agentSources() });
}

function readReport(): Report {
  try {
    return JSON.parse(readFileSync(REPORT_FILE, 'utf8'));
  } catch {
    return { kinds: {} };
  }
}

function writeReport({ of, kinds }: Report): void {
  const report = { ...(of && { of }), kinds };
  writeFileSync(REPORT_FILE, `${JSON.stringify(report, null, 2)}\n`);
}

if (import.meta.main) reportSources();
