import { StateMarks, type StateMarksOptions } from './state-marks.ts';
import type { SystemFollower } from './system-follower.ts';

/**
 * Marks the state now and then while a follower folds, in a folder. Called before the follower starts, so that it
 * marks what is replayed as well. Throws as {@link StateMarks.open} does.
 */
export async function keepStateMarks(
  follower: SystemFollower,
  folder: string,
  options: StateMarksOptions,
): Promise<StateMarks> {
  const marks = await StateMarks.open(folder, options);
  await marks.removeForeign();
  follower.subscribe(({ sequence, time }) => {
    if (!marks.isDue(sequence)) return;
    void marks.mark({ sequence, seenAt: time.toISOString(), state: follower.state });
  });
  return marks;
}
