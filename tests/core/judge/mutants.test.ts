import test from 'ava';
import { keptLogs, readKept } from '../../support/judged-log.ts';
import { random } from '../../support/random.ts';
import { judgeWith, type Mutant, mutantsOf } from './mutants.ts';

/** What chooses the next step of an agent, and of a job. */
const DECIDERS = [
  'agent/next-step',
  'agent/turn/next-turn-step',
  'agent/turn/next-undo-step',
  'agent/run/next-run-step',
  'agent/command/next-command-step',
  'job/next-job-step',
].map((name) => `core/domain/${name}.ts`);

/** What no kept log shows when it is switched off, by a part of its name, and why. */
const NOT_SHOWN: Readonly<Record<string, readonly string[]>> = {
  'the judge is told that a spawner saw nobody else, and had room: that is outside of the log': [
    'job.run === undefined ? beforeRun',
    'endedBefore(job) ?? (hasRoom',
    'hasRoom && canRun ?',
    'never run.node === self.node',
    'never nodes.has(run.node)',
    'never ELSEWHERE',
    'view.settled ?',
    'never !view.isSilentForLong',
  ],
  'it comes to the same where it is reached, or the reason is what the runtime said': [
    'end.signal === null ?',
    'state.saidReady?.problem ??',
    'state.snapshots ?? []',
    'ttlMs ?? state.ttlMs',
    'always the first of joins ?',
  ],
  'it is too rare for the logs that are kept; the tests of the decider have it': [
    "step?.do === 'end-turn' ?",
    'state.controls.find(isLifeControl)',
    "never first?.name === 'resume'",
    'never state.interrupted',
    'never turn.overdue',
    'turn.muted === undefined ?',
    'Object.hasOwn(ERRORS, code)',
    'never last === undefined',
    'never overflow',
    "never phase === 'unknown'",
    "phase === 'ended' ?",
    'running < MAX_RUNNING ?',
    'cancel.by === undefined ?',
    "never overdue === 'confirm'",
  ],
};

/** `npm run chaos` has all of them; each `npm test` a few. */
const ALL = process.env.CHAOS_DAY_EVENTS !== undefined;
const SOME = 6;

test('a rule of a decider that is switched off is found by a log that is kept', async (t) => {
  t.timeout(600_000);
  const { seed, next } = random();
  const parts = Object.values(NOT_SHOWN).flat();
  const mutants = DECIDERS.flatMap(mutantsOf).filter(
    ({ name }) => !parts.some((part) => name.includes(part)),
  );
  const tried = ALL
    ? mutants
    : Array.from({ length: SOME }, () => mutants.splice(next(mutants.length), 1)).flat();
  t.log(`seed ${seed}: ${tried.length} rules`);
  // The short ones first: most rules are found by them.
  const logs = keptLogs()
    .map(readKept)
    .sort((a, b) => a.length - b.length);
  for (const mutant of tried) t.true(await isFound(mutant, logs), mutant.name);
});

class Found extends Error {}

async function isFound(
  mutant: Mutant,
  logs: readonly ReturnType<typeof readKept>[],
): Promise<boolean> {
  const Judge = await judgeWith(mutant);
  const onDifference = () => {
    throw new Found();
  };
  try {
    for (const messages of logs) {
      const judge = new Judge({ onDifference });
      for (const message of messages) judge.take(message);
      judge.end();
    }
    return false;
  } catch (error) {
    // A decider that throws is found as well.
    return error instanceof Found || error instanceof TypeError;
  }
}
