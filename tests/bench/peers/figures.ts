import { markdownTable } from '../../../docs/pages/markdown-table.ts';
import { median, percentile, round } from '../measure.ts';

/** What was measured of one peer. Times in ms, memory in MiB; what it has none of is left out. */
export interface Figures {
  name: string;
  version: string;
  by: string;
  /** From the start of its controller until that takes messages. */
  start?: readonly number[];
  /** From the wish for a new agent to the answer to its first message. */
  newAgent?: readonly number[];
  /** From sending a message to its answer, which comes after a call of the shell. */
  answer?: readonly number[];
  /** … to the end of its turn. */
  end?: readonly number[];
  /** From sending a message to its answer, which is the first thing that the model says. */
  atOnce?: readonly number[];
  memory?: Memory;
  survival?: Survival;
}

export interface Memory {
  idle: number;
  /** Of the controller, with five agents that have answered. */
  withFive: number;
  /** Of the controller and these agents. */
  withFiveWhole: number;
}

/** What came of a `kill -9` of the controller in a turn. */
export interface Survival {
  rounds: number;
  /** Messages of that turn that were answered exactly once, without being sent again. */
  answeredOnce: number;
  answeredTwice: number;
  /** Agents whose next answer knew what was said before the kill. */
  remembered: number;
  /** From the next start until the answer, where there was one. */
  answer: readonly number[];
}

/** A column for each, a row for each figure. */
export function peersTable(all: readonly Figures[]): string {
  const row = (what: string, cell: (figures: Figures) => string) => [what, ...all.map(cell)];
  return markdownTable(
    ['', ...all.map(({ name, version }) => `${name} ${version}`)],
    [
      row('a message goes by', ({ by }) => by),
      row('start → takes messages, median', ({ start }) => middle(start)),
      row('new agent → its first answer, median', ({ newAgent }) => middle(newAgent)),
      row('message → answer, median / P95', ({ answer }) => spread(answer)),
      row('message → end of the turn, median / P95', ({ end }) => spread(end)),
      row('message → answer without a shell call before', ({ atOnce }) => spread(atOnce)),
      row('controller, idle', ({ memory }) => mebibytes(memory?.idle)),
      row('controller, five agents', ({ memory }) => mebibytes(memory?.withFive)),
      row('all processes, five agents', ({ memory }) => mebibytes(memory?.withFiveWhole)),
      row('`kill -9` in a turn: answered, once', ({ survival }) => count(survival, 'answeredOnce')),
      row('… answered twice', ({ survival }) => count(survival, 'answeredTwice')),
      row('… remembers afterwards', ({ survival }) => count(survival, 'remembered')),
      row('… next start → the answer, median', ({ survival }) => middle(survival?.answer)),
    ],
  );
}

const NONE = '–';

const middle = (figures: readonly number[] = []): string =>
  figures.length === 0 ? NONE : `${round(median(figures))} ms`;

const spread = (figures: readonly number[] = []): string =>
  figures.length === 0 ? NONE : `${round(median(figures))} / ${round(percentile(figures, 95))} ms`;

const mebibytes = (figure: number | undefined): string =>
  figure === undefined ? NONE : `${round(figure)} MiB`;

const count = (
  survival: Survival | undefined,
  what: 'answeredOnce' | 'answeredTwice' | 'remembered',
): string => (survival === undefined ? NONE : `${survival[what]} of ${survival.rounds}`);
