import type { JobShown } from '../../schemas/views.ts';
import { jobLine } from '../delivery/job-text.ts';
import { jobButton } from '../text/button-data.ts';
import { type BotCommand, VIEW_TIMEOUT_MS } from './bot-command.ts';

const MAX_LISTED = 15;

/** `/jobs`: the jobs of the chat, the last at the end, and a button for what waits or runs. */
export const jobs: BotCommand = async ({ incoming }, { log, views }) => {
  const { person, words, reply } = incoming;
  const atLeast = await log.lastSequence('EVENTS');
  const all: JobShown[] = [];
  let after: string | undefined;
  do {
    const wanted = { owner: person, atLeast, ...(after !== undefined && { after }) };
    const page = await views.request('jobs', wanted, { timeoutMs: VIEW_TIMEOUT_MS });
    all.push(...page.jobs);
    after = page.next;
  } while (after !== undefined);
  const shown = all.toSorted((a, b) => (a.requestedAt < b.requestedAt ? -1 : 1)).slice(-MAX_LISTED);
  if (shown.length === 0) return reply('jobs', words.jobs.none);
  const buttons = shown
    .filter(({ state }) => state === 'working' || state === 'input_required')
    .map(({ id, tool }) => jobButton('cancel', id, `${words.jobs.cancel}: ${tool}`));
  await reply('jobs', `${words.jobs.title}\n\n${shown.map(jobLine).join('\n')}`, buttons);
};
