import type { StoredEvent, StoredEventOf } from '../../schemas/event.ts';
import { visibleLine } from '../../schemas/visible-text.ts';
import { firstMessageId } from './events-of-person.ts';
import { agentOf } from './talk.ts';

/** One thing that an agent knew of. */
export interface StoryEntry {
  time: string;
  /** Who says it, and as what, on one line: `You answered`. */
  lead: string;
  /** What was said, as it was said; anything. */
  text: string;
  /** It is a message, an answer or a question; else what came of something. */
  isSaid: boolean;
  /** It is what a fork was told when it was made: its end is the newest of it. */
  isDigest?: true;
}

/** Characters of a question that a reply to it is shown with, and of a call's input. */
const MAX_QUESTION = 100;
const MAX_INPUT = 300;
/** Files of one message that are named. */
const MAX_FILES = 20;

/** Calls that only look at something: what they showed is no news. */
const LOOKS: ReadonlySet<string> = new Set(['get', 'list', 'diff', 'log']);

/**
 * What an agent was told, said and did: its messages when it got them, its answers and questions, the outcomes of
 * its calls and jobs, turns that failed or were taken back. What waited for it and what it printed are not in it. Pure.
 *
 * @param events of the agent, in the order of the log, without what counts for nobody
 */
export function storyOf(events: readonly StoredEvent[]): StoryEntry[] {
  const teller = new Teller();
  return events.flatMap((event) => {
    const told = teller.tell(event);
    return told === undefined ? [] : [{ time: event.time, ...told }];
  });
}

type Told = Omit<StoryEntry, 'time'>;

const JOBS = 'orchestrator/jobs';

/** Remembers of what came before as much as what comes later is told with. */
class Teller {
  readonly #sent = new Map<string, StoredEventOf<'command.send'>>();
  /** What a fork is told first; none without. */
  #first: string | undefined;
  readonly #questions = new Map<string, string>();
  /** By the ids of calls, and of the jobs that they have become. */
  readonly #calls = new Map<string, { name: string; input: string; looks: boolean }>();

  tell(event: StoredEvent): Told | undefined {
    switch (event.type) {
      case 'command.create':
        if (event.data.forkedFrom) this.#first = firstMessageId(agentOf(event.subject) ?? '');
        return undefined;
      case 'command.send':
        this.#sent.set(event.id, event);
        return undefined;
      case 'process.delivered':
        return this.#message(event.data.commandId);
      case 'response.answer':
        return said(`You answered${withFiles(event.data.file ? [event.data.file] : [])}`, event);
      case 'response.question':
        return this.#question(event);
      case 'result':
        return this.#result(event);
      case 'turn.failed':
        return fact('The system: the turn failed', `${event.data.reason} (${event.data.code})`);
      case 'process.undone':
        return fact('The user took back what the last turn did to the files', '');
      default:
        if (event.type.startsWith('tool.')) this.#call(event);
        return undefined;
    }
  }

  /** Once: one that is written again was told before. */
  #message(commandId: string): Told | undefined {
    const message = this.#sent.get(commandId);
    if (message === undefined) return undefined;
    this.#sent.delete(commandId);
    const { source, data } = message;
    if (source === JOBS) return said('A job reported', message);
    if (commandId === this.#first) {
      return { ...said('The digest that you began with', message), isDigest: true };
    }
    const { answers, replyTo = answers } = data;
    const question = replyTo === undefined ? undefined : this.#questions.get(replyTo);
    const reply =
      question === undefined ? '' : `, in reply to your question ${quoted(question, MAX_QUESTION)}`;
    return said(`The user${reply}${withFiles(data.files ?? [])}`, message);
  }

  #question(event: StoredEventOf<'response.question'>): Told {
    const { text, options = [] } = event.data;
    this.#questions.set(event.id, text);
    const choices = options.map((option) => `- ${option}`);
    const lead = options.length > 0 ? 'You asked, with these choices' : 'You asked';
    return { lead, text: [text, ...choices].join('\n'), isSaid: true };
  }

  #call({ id, subject, data }: StoredEvent): void {
    const [tool = '', verb = ''] = subject.split('.').slice(3);
    const name = tool === verb ? tool : `${tool} ${verb}`;
    const looks = tool === 'job' || LOOKS.has(verb);
    this.#calls.set(id, { name, input: JSON.stringify(data), looks });
  }

  #result({ data }: StoredEventOf<'result'>): Told | undefined {
    const { callId } = data;
    const question = this.#questions.get(callId);
    if (question !== undefined) {
      // An answer is a message, which is told as that.
      if (data.ok) return undefined;
      return fact(`Nobody answered your question ${quoted(question, MAX_QUESTION)}`, '');
    }
    const call = this.#calls.get(callId);
    if (call === undefined || call.looks) return undefined;
    const jobId = data.ok ? jobOf(data.value) : undefined;
    if (jobId !== undefined && jobId !== callId) this.#calls.set(jobId, call);
    const outcome = data.ok
      ? JSON.stringify(data.value ?? null)
      : `${data.error.code}: ${data.error.message}`;
    const how = data.ok ? 'it came to' : 'it failed';
    return fact(`You called ${call.name} ${quoted(call.input, MAX_INPUT)}; ${how}`, outcome);
  }
}

const said = (lead: string, { data }: { data: { text: string } }): Told => ({
  lead,
  text: data.text,
  isSaid: true,
});

const fact = (lead: string, text: string): Told => ({ lead, text, isSaid: false });

function withFiles(files: readonly { name: string; size: number }[]): string {
  if (files.length === 0) return '';
  const shown = files.slice(0, MAX_FILES);
  const names = shown.map(({ name, size }) => `${quoted(name, MAX_INPUT)} (${size} bytes)`);
  const more = files.length - shown.length;
  return `, with ${names.join(', ')}${more > 0 ? ` and ${more} more files` : ''}`;
}

/** On one line, in quotation marks that nothing in it can end. */
function quoted(text: string, max: number): string {
  const shown = text.length <= max ? text : `${text.slice(0, max).toWellFormed()} …`;
  return visibleLine(JSON.stringify(shown));
}

/** The job that a call has become. */
function jobOf(value: unknown): string | undefined {
  const isJob = typeof value === 'object' && value !== null && 'id' in value && 'state' in value;
  return isJob && typeof value.id === 'string' ? value.id : undefined;
}
