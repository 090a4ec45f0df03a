import { type JobState, shownPhase } from '../../core/domain/job/job-state.ts';
import { jobButton } from '../text/button-data.ts';
import { codeBlock } from '../text/code-block.ts';
import type { JobWords } from '../words/job-words.ts';
import type { Spoken } from './message-part.ts';

/** Characters of what a program or an agent says in a job's message: it stays one message. */
const SHOWN = 1_500;

/** A job as its one message in a chat shows it. What others wrote is code there, and formats nothing. Pure. */
export function jobText(job: JobState, words: JobWords): Spoken {
  const { jobId, tool } = job;
  switch (shownPhase(job)) {
    case 'input_required': {
      const question = job.phase === 'input_required' ? job.question : '';
      const buttons = [jobButton('yes', jobId, words.yes), jobButton('no', jobId, words.no)];
      const choices = [words.yes, words.no];
      return { text: `${words.asked(tool)}\n${quoted(question)}`, buttons, choices };
    }
    case 'working': {
      const { percent, text } = job.progress ?? {};
      const said = [percent !== undefined && `${percent} %`, text].filter(Boolean).join(' · ');
      const buttons = [jobButton('cancel', jobId, words.cancel)];
      return { text: `${words.working(tool)}${said === '' ? '' : `\n${quoted(said)}`}`, buttons };
    }
    case 'completed':
      return { text: `${words.completed(tool)}\n${quoted(resultOf(job))}` };
    case 'failed':
      return { text: `${words.failed(tool)}\n${quoted(reasonOf(job))}` };
    case 'cancelled':
      return { text: `${words.cancelled(tool)}\n${quoted(reasonOf(job))}` };
  }
}

/** A job in one line of a list. Pure. */
export const jobLine = ({ id, tool, state }: { id: string; tool: string; state: string }): string =>
  `- **${tool}** ${state.replace('_', ' ')} \`${id}\``;

function quoted(text: string): string {
  const cut = text.length > SHOWN ? `${text.slice(0, SHOWN).toWellFormed()} […]` : text;
  return cut.trim() === '' ? '' : codeBlock(cut);
}

function resultOf(job: JobState): string {
  if (job.phase !== 'completed') return '';
  const { result } = job;
  if (typeof result === 'string') return result;
  const answer: unknown = Reflect.get(Object(result), 'answer');
  return typeof answer === 'string' ? answer : JSON.stringify(result, null, 1);
}

const reasonOf = (job: JobState): string =>
  job.phase === 'failed' || job.phase === 'cancelled' ? job.reason : '';
