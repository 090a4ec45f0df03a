import { parseDuration } from '../../schemas/durations.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { Start } from '../log/pull-session.ts';

/** `--from`: a sequence of EVENTS, an instant, or how long ago. Throws ORC_USAGE. */
export function startPoint(text: string, now: Date): Start {
  if (/^\d+$/.test(text)) return { sequence: Math.max(1, Number(text)) };
  const ago = parseDuration(text);
  if (ago !== undefined) return { time: new Date(now.getTime() - ago) };
  const time = new Date(text);
  if (time <= now) return { time };
  const wrong = time > now ? 'is in the future' : 'is no sequence, instant or duration';
  const what = `--from ${JSON.stringify(text)} ${wrong}`;
  throw new OrchestratorError('ORC_USAGE', what);
}
