import type { BegunCall } from '../../agents/voice/command-streams.ts';
import { beginQuickly, type QuickCall } from '../../agents/voice/quick-way.ts';
import { isWritten, tell } from './write-now.ts';

/**
 * Does it where nothing is in its way: `done` when it was. Otherwise what the whole command goes on
 * with, under the same id, so that it is stored once; undefined where nothing was begun. Never throws.
 */
export async function sayQuickly(
  call: QuickCall,
  env: NodeJS.ProcessEnv,
): Promise<'done' | BegunCall | undefined> {
  const quick = beginQuickly(call, env);
  if (quick === undefined) return undefined;
  let shown = '';
  const out = (text: string) => {
    shown = text;
  };
  if (!(await quick.finish({ err: tell, out }))) return quick.begun;
  // What nobody takes is an error that the whole command knows to tell.
  return shown === '' || isWritten(shown) ? 'done' : quick.begun;
}
