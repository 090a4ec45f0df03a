import { allJobs } from '../../core/conversation/all-jobs.ts';
import { answerJob } from '../../core/conversation/answer-job.ts';
import { requestedJob } from '../../core/conversation/known-job.ts';
import type { Views } from '../../core/conversation/views.ts';
import { JOB_ENDS } from '../../core/domain/job/job-state.ts';
import { samePerson } from '../../core/domain/same-person.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import type { StoredMessage } from '../../core/log/stored-message.ts';
import type { Person } from '../../schemas/events/parts.ts';
import { parseEvent } from '../../schemas/parse-event.ts';
import { parseSubject } from '../../schemas/subjects.ts';

export interface JobQuestionsOptions {
  log: EventLog;
  views: Pick<Views, 'request'>;
  person: Person;
  /** The last sequence of EVENTS before the chat: what came by then is asked of the views. */
  began: number;
  print: (text: string) => void;
  signal: AbortSignal;
}

const HOW = '`/yes` lets it run, `/no` does not.';
const VIEW_TIMEOUT_MS = 5_000;

/** The jobs that wait for a person's yes, as a chat in the terminal shows them, and what became of these. */
export class JobQuestions {
  readonly #options: JobQuestionsOptions;
  /** Ids, the one that was asked first is the next. */
  readonly #open: string[] = [];
  /** Tools by the ids of the jobs that were asked about. */
  readonly #asked = new Map<string, string>();

  constructor(options: JobQuestionsOptions) {
    this.#options = options;
  }

  /** Until the signal aborts. */
  async run(): Promise<void> {
    const { log, began, signal } = this.#options;
    await this.#showOpen();
    const from = { sequence: began + 1 };
    const following = log.follow({ stream: 'EVENTS', from, filter: 'jobs.*.*', signal });
    for await (const { messages } of following) {
      for (const message of messages) await this.#hear(message);
    }
  }

  /** What is said to somebody who has typed `/yes` or `/no`. Throws as an append does. */
  async answer(approved: boolean): Promise<string> {
    const { log, person } = this.#options;
    const jobId = this.#open.shift();
    if (jobId === undefined) return 'No job waits for a yes or a no.';
    const job = await answerJob(log, jobId, approved, person);
    return job === undefined
      ? 'That was answered already.'
      : `${approved ? 'Yes' : 'No'}: ${jobId}`;
  }

  async #showOpen(): Promise<void> {
    const { views, person, began } = this.#options;
    const wanted = { owner: person, atLeast: began };
    const jobs = await allJobs(views, wanted, { timeoutMs: VIEW_TIMEOUT_MS });
    for (const { id, tool, question } of jobs) {
      if (question !== undefined) this.#ask(id, tool, question);
    }
  }

  #ask(jobId: string, tool: string, question: string): void {
    if (this.#asked.has(jobId)) return;
    this.#asked.set(jobId, tool);
    this.#open.push(jobId);
    this.#options.print(`❓ ${question}\n${HOW}`);
  }

  async #hear(message: StoredMessage): Promise<void> {
    const address = parseSubject(message.subject);
    const parsed = parseEvent(message);
    if (address?.family !== 'job' || parsed.kind !== 'event') return;
    const { log, person, print } = this.#options;
    const { jobId } = address;
    const { event } = parsed;
    if (event.type === 'job.input-required') {
      const requested = await requestedJob(log, jobId);
      const isOwn = requested?.owner !== undefined && samePerson(requested.owner, person);
      if (isOwn) this.#ask(jobId, requested.tool, event.data.question);
      return;
    }
    const tool = this.#asked.get(jobId);
    if (tool === undefined || event.type === 'job.progress') return;
    const waiting = this.#open.indexOf(jobId);
    if (waiting >= 0) this.#open.splice(waiting, 1);
    if (!JOB_ENDS.has(event.type)) return;
    this.#asked.delete(jobId);
    print(`${tool} ${address.name} (${jobId})`);
  }
}
