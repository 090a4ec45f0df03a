import { mkdtempSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { recordCosts } from './file-costs.ts';

const SHOWN = 10;
const STDOUT = 1;

/**
 * A folder in which each test file notes how long it took (file-time.ts). When AVA ends, it is told
 * below AVA's own report what the run went without, and which files were the slowest of many. With
 * RECORD_TEST_COSTS=true it is kept what each took (file-costs.ts).
 */
export function timesFolder(leftOut: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'orchestrator-test-times-'));
  process.once('exit', () => {
    const times = readdirSync(folder).map((file) => noted(join(folder, file)));
    rmSync(folder, { recursive: true, force: true });
    // Others read the configuration too, without running a test.
    if (times.length > 0 && leftOut.length > 0) {
      writeSync(STDOUT, `\n  Left out: ${leftOut.join('; ')}\n`);
    }
    if (times.length > SHOWN) writeSync(STDOUT, report(times));
    if (process.env.RECORD_TEST_COSTS === 'true') recordCosts(times);
  });
  return folder;
}

/** What file-time.ts notes of a test file. */
export interface FileTime {
  file: string;
  /** From its start to its end. */
  ms: number;
  /** CPU of its process and of what that started and waited for. */
  cpuMs: number;
}

const noted = (file: string): FileTime => JSON.parse(readFileSync(file, 'utf8'));

function report(times: readonly FileTime[]): string {
  const slowest = times.toSorted((a, b) => b.ms - a.ms).slice(0, SHOWN);
  const lines = slowest.map(({ file, ms, cpuMs }) => `${seconds(ms)}${seconds(cpuMs)}  ${file}\n`);
  return `\n  The slowest of ${times.length} files, seconds of wall and of CPU:\n${lines.join('')}`;
}

const seconds = (ms: number) => (ms / 1000).toFixed(1).padStart(8);
