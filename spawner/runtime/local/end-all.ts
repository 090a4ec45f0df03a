import { delay } from '../../../platform/async/delay.ts';
import { isRunning } from './process-identity.ts';
import type { ProcessFacts } from './process-table.ts';

/** SIGKILL is tried for this long; what lives on then waits for a device, or is another user's. */
const KILL_MS = 2000;
const LOOK_MS = 50;
/** How often forks are followed before what was caught is killed. */
const CHASES = 20;

export interface EndOutcome {
  /** Everything that was there to be ended, now and then. */
  met: ProcessFacts[];
  /** What could not be ended. */
  left: ProcessFacts[];
}

/**
 * Ends processes that may start others meanwhile: SIGTERM, SIGKILL to what is there after `graceMs`,
 * until none is found or {@link KILL_MS} is over.
 * @param first what there is
 * @param find looks for what is there at this moment
 * @param killAtOnce kills what can be killed in one go
 */
export async function endAll(
  first: ProcessFacts[],
  find: () => ProcessFacts[],
  killAtOnce: () => void,
  graceMs: number,
): Promise<EndOutcome> {
  const met = new Map<string, ProcessFacts>();
  const noted = (found: ProcessFacts[]) => {
    for (const each of found) met.set(`${each.pid} ${each.identity}`, each);
    return found;
  };
  const look = () => noted(find());
  let there = noted(first);
  for (const each of there) signalProcess(each, 'SIGTERM');
  await untilGone(there, graceMs);
  const until = performance.now() + KILL_MS;
  for (there = there.length > 0 ? look() : there; there.length > 0; there = look()) {
    if (performance.now() > until) break;
    killAtOnce();
    chase(look);
    await untilGone(there, LOOK_MS);
  }
  return { met: [...met.values()], left: there };
}

/** Forks outrun kills, one at a time: what is stopped starts no other, and is killed then. */
function chase(look: () => ProcessFacts[]): void {
  const caught = new Map<string, ProcessFacts>();
  for (let tries = 0; tries < CHASES; tries += 1) {
    const fresh = look().filter(({ pid, identity }) => !caught.has(`${pid} ${identity}`));
    if (fresh.length === 0) break;
    for (const each of fresh) {
      signalProcess(each, 'SIGSTOP');
      caught.set(`${each.pid} ${each.identity}`, each);
    }
  }
  for (const each of caught.values()) signalProcess(each, 'SIGKILL');
}

/** To this very process, and to no other that has its pid by now. */
function signalProcess(each: ProcessFacts, signal: NodeJS.Signals): void {
  if (!isRunning(each)) return;
  try {
    process.kill(each.pid, signal);
  } catch {
    // It has ended since, or is another user's: what is found again is told.
  }
}

async function untilGone(these: readonly ProcessFacts[], ms: number): Promise<void> {
  const until = performance.now() + ms;
  while (these.some(isRunning) && performance.now() < until) await delay(LOOK_MS);
}
