import type { BegunCall } from '../agents/voice/command-streams.ts';
import { asOrchestratorError, EXIT } from '../schemas/errors.ts';
import { errorLine, run } from './run.ts';
import { handleUncaught } from './uncaught.ts';
import { watchOutput } from './watch-output.ts';

/**
 * The whole command, to the end of the process: every command, every error, help. `begun` is what
 * the quick way has not brought to an end.
 */
export async function runToEnd(args: string[], begun: BegunCall | undefined): Promise<never> {
  const outputEnd = watchOutput(process.stdout, process.stderr);
  // What breaks in the background ends as one line too, never as a stack trace.
  process.on('uncaughtException', (error) => {
    if (handleUncaught(error)) return;
    process.stderr.write(errorLine(asOrchestratorError(error)));
    process.exit(EXIT.failed);
  });
  const code = await run(args, begun && { begun });
  const unwritten = await outputEnd();
  if (unwritten) process.stderr.write(errorLine(unwritten));
  // What a broken connection leaves behind must not keep the process alive.
  process.exit(unwritten?.exit ?? (process.exitCode || code));
}
