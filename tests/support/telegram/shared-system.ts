import type { TestFn } from 'ava';
import { type BotSystem, startBotSystem } from './bot-system.ts';

/** One system for all tests of a file: each has users of its own in it. */
export function sharedBotSystem(test: TestFn, own: Record<string, string> = {}): () => BotSystem {
  const steps: (() => unknown)[] = [];
  let system: BotSystem | undefined;
  test.before(async () => {
    system = await startBotSystem({ teardown: (step) => steps.push(step) }, own);
  });
  test.after.always(async () => {
    // In order, so that what it ran is counted as covered.
    await system?.system.stop();
    for (const step of steps.reverse()) await step();
  });
  return () => {
    if (system === undefined) throw new Error('the system has not been started');
    return system;
  };
}
