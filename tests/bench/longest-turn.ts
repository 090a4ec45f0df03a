/** Something that was done, and the longest turn of the loop meanwhile. */
export interface Turns {
  /** On the clock. */
  ms: number;
  /** Of this process's CPU: how long a machine with nothing else would have kept others waiting. */
  longestMs: number;
}

/** Runs something and looks at each turn of the loop what it took, of CPU: what else the machine does is not in it. */
export async function longestTurn(work: () => Promise<unknown>): Promise<Turns> {
  let longestMs = 0;
  let before = process.cpuUsage();
  let done = false;
  const look = () => {
    const { user, system } = process.cpuUsage(before);
    longestMs = Math.max(longestMs, (user + system) / 1_000);
    before = process.cpuUsage();
    if (!done) setImmediate(look);
  };
  setImmediate(look);
  const begin = performance.now();
  await work();
  const ms = performance.now() - begin;
  done = true;
  // The last turn is looked at in the next one.
  await new Promise(setImmediate);
  return { ms, longestMs };
}
