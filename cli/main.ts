import { asOrchestratorError, EXIT } from '../schemas/errors.ts';
import { errorLine, run } from './run.ts';
import { handleUncaught } from './uncaught.ts';
import { watchOutput } from './watch-output.ts';

const outputEnd = watchOutput(process.stdout, process.stderr);

// What breaks in the background ends as one line too, never as a stack trace.
process.on('uncaughtException', (error) => {
  if (handleUncaught(error)) return;
  process.stderr.write(errorLine(asOrchestratorError(error)));
  process.exit(EXIT.failed);
});

// Not awaited at the top: the bundle is a script, which may not.
run(process.argv.slice(2)).then(end, end);

/** Ends the process: what a broken connection leaves behind must not keep it alive. */
async function end(code: unknown): Promise<void> {
  if (typeof code !== 'number') throw code;
  const unwritten = await outputEnd();
  if (unwritten) process.stderr.write(errorLine(unwritten));
  process.exit(unwritten?.exit ?? (process.exitCode || code));
}
