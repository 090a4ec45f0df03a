import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What was tried and what came of it; `docs/security.md` is made from it (`npm run docs`). */
const REPORT_FILE = join(import.meta.dirname, '..', '..', 'docs', 'security.json');

/** Notes one part of it, where `SECURITY_REPORT=true` asks for that. Files are run one after the other. */
export function reportAttempts(part: string, outcomes: unknown): void {
  if (process.env.SECURITY_REPORT !== 'true') return;
  const all = { ...readReport(), [part]: outcomes };
  writeFileSync(REPORT_FILE, `${JSON.stringify(all, null, 2)}\n`);
}

/** Notes that what a test's title says, `F1: …`, holds: from a hook after it, which has its title at its end. */
export function reportHeld(hookTitle: string): void {
  const { held = {} } = readReport();
  const title = hookTitle.slice(hookTitle.indexOf('F'));
  reportAttempts('held', { ...held, [title]: true });
}

interface Report {
  held?: Record<string, true>;
}

function readReport(): Report {
  try {
    return JSON.parse(readFileSync(REPORT_FILE, 'utf8'));
  } catch {
    return {};
  }
}
