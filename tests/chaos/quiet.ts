import type { ExecutionContext } from 'ava';
import type { LoadMeter } from './service-load.ts';

/** Seconds that a dependency is away: `npm run chaos` waits a minute, `npm test` some moments. */
export const SECONDS = Number(process.env.CHAOS_OUTAGE_SECONDS ?? 5);
const IS_WHOLE = SECONDS >= 60;

/** Lines of a service that hears of an outage: each of its parts once or twice, then ever more rarely. */
const FIRST_LINES = 20;
const MAX_CPU_PERCENT = 5;
/** Services try again ever more rarely. */
export const RECOVERY_MS = 90_000;

/** During an outage services cost next to nothing, and say little. */
export function assertQuiet(t: ExecutionContext, what: string, meter: LoadMeter): void {
  for (const { service, cpuPercent, lines } of meter.read()) {
    t.log(`${what}: ${service} ${cpuPercent.toFixed(1)} % CPU, ${lines.length} lines`);
    const most = Math.max(FIRST_LINES, SECONDS);
    t.true(
      lines.length <= most,
      `${what}: ${service} says ${lines.length} lines\n${lines.join('\n')}`,
    );
    if (IS_WHOLE) t.true(cpuPercent < MAX_CPU_PERCENT, `${what}: ${service} ${cpuPercent} %`);
  }
}
