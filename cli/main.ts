import type { BegunCall } from '../agents/voice/command-streams.ts';
import { takeBegun } from './quick/begun-variable.ts';
import { quickCall } from './quick/quick-call.ts';
import { quickSend } from './quick/quick-send.ts';
import { sayQuickly } from './quick/say-quickly.ts';
import { sendQuickly } from './quick/send-quickly.ts';

/**
 * `orchestrator`. What an agent says, which is most of all calls, is said here where nothing is in
 * its way; for everything else the whole command is loaded (docs/decisions/0071-a-quick-way.md).
 */
async function main(args: string[]): Promise<void> {
  const byHost = takeBegun(process.env);
  if (byHost !== undefined) return wholeCommand(args, byHost);
  const begun = await quickly(args);
  if (begun !== 'done') return wholeCommand(args, begun);
  process.exit();
}

async function quickly(args: string[]): Promise<'done' | BegunCall | undefined> {
  const { env } = process;
  const message = env.ORCHESTRATOR_AGENT_ID ? undefined : quickSend(args);
  if (message !== undefined) return sendQuickly(message, env);
  const call = quickCall(args);
  return call && sayQuickly(call, env);
}

async function wholeCommand(args: string[], begun: BegunCall | undefined): Promise<void> {
  const { runToEnd } = await import('./whole-command.ts');
  await runToEnd(args, begun);
}

// Not awaited: the bundle is a script, which may not.
void main(process.argv.slice(2));
