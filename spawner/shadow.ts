import type { Logger } from 'pino';
import type { Difference, Verdict } from '../core/judge/difference.ts';
import { Judge } from '../core/judge/judge.ts';
import type { EventLog } from '../core/log/event-log.ts';
import type { Service, ServiceContext } from '../platform/service/run-service.ts';

/** What one append stores is there at once; a decision whose events are older than this is there whole. */
const SETTLED_MS = 5_000;

const LOOK_MS = 1_000;

/**
 * A spawner that acts on nothing (ORCHESTRATOR_SHADOW): it follows the log of a running system, decides by its own code
 * what was decided there since it started, and tells where it would have decided otherwise
 * (docs/decisions/0155-a-shadow-judges-the-living-log.md). It has no lease, no place and no agents, and stores nothing.
 */
export async function startShadow(context: ServiceContext): Promise<Service> {
  const { log, settings, health, metrics, logger, signal, fatal } = context;
  const from = (await log.lastSequence('EVENTS')) + 1;
  const kinds = new Map<Difference['kind'], number>();
  const judge = new Judge({
    from,
    onDifference: (difference) => {
      kinds.set(difference.kind, (kinds.get(difference.kind) ?? 0) + 1);
      tell(logger, difference);
    },
  });
  metrics.add('orchestrator_shadow_decisions_total', () => judge.verdict.decisions);
  metrics.addBy('orchestrator_shadow_differences_total', 'kind', () => kinds);
  const look = setInterval(() => {
    judge.settle(Date.now() - SETTLED_MS);
    health.report('shadow', true, verdictText(from, judge.verdict), judge.verdict.differ > 0);
  }, LOOK_MS);
  const followed = followLog(log, judge, signal);
  metrics.add('orchestrator_fold_sequence', () => followed.sequence);
  followed.ended.catch(fatal);
  await followed.caughtUp;
  return {
    node: `shadow-${settings.ORCHESTRATOR_INSTANCE ?? process.pid}`,
    async stop() {
      clearInterval(look);
    },
  };
}

/** The log from its beginning, since what was decided was decided on all of it. */
function followLog(log: EventLog, judge: Judge, signal: AbortSignal) {
  const caughtUp = Promise.withResolvers<void>();
  const followed = { sequence: 0, caughtUp: caughtUp.promise, ended: follow() };
  followed.ended.catch(caughtUp.reject);
  return followed;

  async function follow(): Promise<void> {
    const options = { stream: 'EVENTS', from: { sequence: 1 }, signal } as const;
    for await (const batch of log.follow(options)) {
      for (const message of batch.messages) judge.take(message);
      followed.sequence = batch.messages.at(-1)?.sequence ?? followed.sequence;
      if (batch.caughtUp) caughtUp.resolve();
    }
    caughtUp.reject(signal.reason);
  }
}

/** One line a difference, with what an operator needs to look at it. */
function tell(logger: Logger, { kind, sequence, of, stands, decided }: Difference): void {
  const short = (events: Difference['stands']) => events.map(({ type, id }) => `${type} ${id}`);
  const both = { stands: short(stands), decided: short(decided) };
  logger.warn({ kind, event: sequence, of, ...both }, 'would have been decided otherwise');
}

function verdictText(from: number, { decisions, differ, differences }: Verdict): string {
  const since = `${differ} of ${decisions} decisions since event ${from} differ`;
  const first = differences[0];
  if (first === undefined) return since;
  return `${since}, first at event ${first.sequence} of ${first.of}. Look at them before this version takes over: its own \`orchestrator judge --from ${from}\`.`;
}
