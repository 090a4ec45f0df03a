import type { CommandName } from '../schemas/command-table.ts';
import { OrchestratorError } from '../schemas/errors.ts';

/** 128 + the signal's number, as shells have it. */
const EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** They end by a signal in a way of their own. */
const OWN_WAY: ReadonlySet<CommandName> = new Set(['start', 'chat', 'host', 'logs', 'events']);

/**
 * While a command runs, a signal ends it with a line that says so: whoever called it (an agent whose
 * shell ran out of time) is not to take its silence for nothing done.
 */
export function tellSignals(
  command: CommandName | undefined,
  tell: (line: string) => void,
): Disposable {
  const names = Object.keys(EXIT_CODES) as (keyof typeof EXIT_CODES)[];
  const receive = (signal: NodeJS.Signals) => {
    const what = `${command} was ended by ${signal} before it was done`;
    tell(`orchestrator: ${new OrchestratorError('ORC_INTERRUPTED', what).line}\n`);
    // Listened to for these alone.
    process.exit(EXIT_CODES[signal as keyof typeof EXIT_CODES]);
  };
  const heard = command === undefined || OWN_WAY.has(command) ? [] : names;
  for (const name of heard) process.on(name, receive);
  return {
    [Symbol.dispose]: () => {
      for (const name of heard) process.off(name, receive);
    },
  };
}
