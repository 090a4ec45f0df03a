import type { BegunCall } from '../agents/voice/command-streams.ts';
import { takeBegun } from './quick/begun-variable.ts';
import { quickCall } from './quick/quick-call.ts';
import { sayQuickly } from './quick/say-quickly.ts';

/**
 * `orchestrator`. What an agent says, which is most of all calls, is said here where nothing is in
 * its way; for everything else the whole command is loaded (docs/decisions/0071-a-quick-way.md).
 */
async function main(args: string[]): Promise<void> {
  const byHost = takeBegun(process.env);
  if (byHost !== undefined) return wholeCommand(args, byHost);
  const call = quickCall(args);
  const begun = call && (await sayQuickly(call, process.env));
  if (begun !== 'done') return wholeCommand(args, begun);
  process.exit();
}

async function wholeCommand(args: string[], begun: BegunCall | undefined): Promise<void> {
  const { runToEnd } = await import('./whole-command.ts');
  await runToEnd(args, begun);
}

// Not awaited: the bundle is a script, which may not.
void main(process.argv.slice(2));
