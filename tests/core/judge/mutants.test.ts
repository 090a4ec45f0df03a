import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import type { Judge } from '../../../core/judge/judge.ts';
import { keptLogs, readKept } from '../../support/judged-log.ts';
import { judgeWithSwitches, type Mutant } from './mutants.ts';
import { NOT_SHOWN } from './not-shown.ts';
import { switchOff, takeDiffered } from './switches.ts';

const DOMAIN = 'core/domain';

/** What decides, and spells what is decided, of agents, deliveries, projects, calls, jobs and their timers. */
const DECIDERS =
  /(next-.*|.*-events|step-events|decide-.*|request-job|find-project|allowed-tools|end-detail|result-event|agent-event|home-retention)\.ts$/;

/** Of these the judge takes from the event what was decided: by a setting, or by what a broker refused. */
const TOLD: readonly string[] = ['agent/smaller-events.ts'];

test('each rule of the deciders that is switched off is found by a log that is kept', async (t) => {
  t.timeout(600_000);
  const files = readdirSync(DOMAIN, { recursive: true, encoding: 'utf8' }).filter(
    (name) => DECIDERS.test(name) && !TOLD.includes(name),
  );
  const { Judge, mutants } = await judgeWithSwitches(
    files.sort().map((name) => join(DOMAIN, name)),
  );
  const notShown = new Set(Object.values(NOT_SHOWN).flat());
  const rules = mutants.filter(({ name }) => !notShown.has(name));
  t.is(mutants.length - rules.length, notShown.size, `gone: ${gone(notShown, mutants)}`);
  t.log(`${rules.length} rules, and ${notShown.size} that no log shows`);
  const isFound = finder(Judge);
  t.deepEqual(
    rules.filter((mutant) => !isFound(mutant)).map(({ name }) => name),
    [],
  );
});

const gone = (notShown: ReadonlySet<string>, mutants: readonly Mutant[]): string =>
  [...notShown].filter((name) => !mutants.some((mutant) => mutant.name === name)).join('\n');

class Found extends Error {}

/** Each log is read when it is needed first, the short ones before the others: most rules are found by them. */
function finder(SwitchedJudge: typeof Judge): (mutant: Mutant) => boolean {
  const logs = keptLogs()
    .map((name) => new KeptLog(SwitchedJudge, name))
    .sort((a, b) => a.messages.length - b.messages.length);
  return ({ number }) => logs.some((log) => log.differing.has(number) && log.finds(number));
}

class KeptLog {
  readonly messages: ReturnType<typeof readKept>;
  readonly #Judge: typeof Judge;
  #differing: ReadonlySet<number> | undefined;

  constructor(SwitchedJudge: typeof Judge, name: string) {
    this.#Judge = SwitchedJudge;
    this.messages = readKept(name);
  }

  /** The switches that change something here: it cannot find any other. */
  get differing(): ReadonlySet<number> {
    if (this.#differing === undefined) {
      takeDiffered();
      this.#judge();
      this.#differing = takeDiffered();
    }
    return this.#differing;
  }

  finds(number: number): boolean {
    switchOff(number);
    try {
      this.#judge();
      return false;
    } catch (error) {
      // A decider that throws is found as well.
      return error instanceof Found || error instanceof TypeError || error instanceof RangeError;
    } finally {
      switchOff(-1);
    }
  }

  #judge(): void {
    const onDifference = () => {
      throw new Found();
    };
    const judge = new this.#Judge({ onDifference });
    for (const message of this.messages) judge.take(message);
    judge.end();
  }
}
