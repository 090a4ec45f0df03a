import { allJobs } from '../../core/conversation/all-jobs.ts';
import { jobLine } from '../delivery/job-text.ts';
import { jobButton } from '../text/button-data.ts';
import { type BotCommand, VIEW_TIMEOUT_MS } from './bot-command.ts';

const MAX_LISTED = 15;

/** `/jobs`: the jobs of the chat, the last at the end, and a button for what waits or runs. */
export const jobs: BotCommand = async ({ incoming }, { log, views }) => {
  const { person, words, reply } = incoming;
  const atLeast = await log.lastSequence('EVENTS');
  const all = await allJobs(views, { owner: person, atLeast }, { timeoutMs: VIEW_TIMEOUT_MS });
  const shown = all.toSorted((a, b) => (a.requestedAt < b.requestedAt ? -1 : 1)).slice(-MAX_LISTED);
  if (shown.length === 0) return reply('jobs', words.jobs.none);
  const buttons = shown
    .filter(({ state }) => state === 'working' || state === 'input_required')
    .map(({ id, tool }) => jobButton('cancel', id, `${words.jobs.cancel}: ${tool}`));
  await reply('jobs', `${words.jobs.title}\n\n${shown.map(jobLine).join('\n')}`, buttons);
};
