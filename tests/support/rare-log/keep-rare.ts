/** Keeps for the judge what is rare in other logs: `node tests/support/rare-log/keep-rare.ts`. */
import { keepLines } from '../judged-log.ts';
import { projects, refusedCalls } from './calls.ts';
import { endsOfJobs, orders, repeated, takeovers, unwanted } from './jobs.ts';
import { endsOfRuns, furtherRuns, quotas, time, tooMuch } from './lives.ts';
import { Script } from './script.ts';
import { endsOfTurns, interrupts, questions, snapshots } from './turns.ts';

const PARTS = {
  'rare-lives': [endsOfRuns, furtherRuns, quotas, time],
  'rare-turns': [endsOfTurns, interrupts, questions, snapshots],
  'rare-calls': [projects, refusedCalls],
  'rare-jobs': [endsOfJobs, unwanted, takeovers, repeated, orders],
  'rare-floods': [tooMuch],
};

for (const [name, parts] of Object.entries(PARTS)) {
  const script = new Script();
  for (const part of parts) part(script);
  const lines = script.world.lines.map((line) => `${JSON.stringify(line)}\n`);
  await keepLines(lines.join(''), name);
  process.stdout.write(`${name}: ${lines.length} events\n`);
}
