/** Keeps a recorded day for the judge: `node tests/support/recorded-day/keep-day.ts <seed> <events>`. */
import { keepLines } from '../judged-log.ts';
import { recordedDay } from './day.ts';

const [seed = 7, events = 6_000] = process.argv.slice(2).map(Number);
const { lines } = recordedDay({ seed, events });
await keepLines(lines.map((line) => `${JSON.stringify(line)}\n`).join(''), 'day');
