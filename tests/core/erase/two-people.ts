import { headers } from '@nats-io/transport-node';
import type { EventLog } from '../../../core/log/event-log.ts';
import { ToldLog } from '../../projections/console/support/told-log.ts';

export const ADA = { channel: 'telegram', userId: '7340012345' };
export const BEN = { channel: 'telegram', userId: '8450023456' };

type Person = typeof ADA;

const LIFE = { ttlMs: 3_600_000, turnDeadlineMs: 600_000 };
const LATER = '2099-01-01T00:00:00.000Z';

/** Tells a log the lives of two people, which have everything that a life leaves behind. */
export class TwoPeople {
  readonly #log: EventLog;
  readonly #told: ToldLog;
  #count = 0;

  constructor(log: EventLog) {
    this.#log = log;
    this.#told = new ToldLog(log);
  }

  /**
   * An agent of a person with a turn, a file, output, a job, and what was brought to the chat; ended. Each text, name and file
   * of it has this word in it. The id of its message.
   */
  async life(agentId: string, owner: Person, word: string, project?: string): Promise<string> {
    const told = this.#told;
    const whose = { agentId };
    const text = (what: string) => `${word} ${what} ${++this.#count}`;
    const name = `${word}-${this.#count}`;
    await told.tell('user.introduced', owner, { name: text('name') });
    if (project !== undefined) {
      await told.tell('project.created', { projectId: project }, { name, agentId, owner });
    }
    const works = project !== undefined && { project: { id: project, name } };
    const create = { kind: 'demo', name, owner, ...LIFE, ...works };
    await told.tell('command.create', whose, create);
    await told.tell('user.agent-assigned', owner, whose);
    const runId = `run-${agentId}-${this.#count}`;
    const run = { node: 'node-test', epoch: 1, runtime: 'local', expiresAt: LATER };
    await told.tell('process.starting', whose, { runId, ...run });
    await told.tell('process.ready', whose, { runId, pid: 42 });
    const id = `m-${agentId}-${this.#count}`;
    const because = { correlationId: id, causationId: id };
    await this.#sendOnce(agentId, id, owner, text('message'));
    const turnId = `turn-${id}`;
    await told.tell('turn.started', whose, { turnId, commandId: id, deadlineAt: LATER }, because);
    const written = { runId, commandId: id, turnId, bytes: 7 };
    await told.tell('process.delivered', whose, written, because);
    await told.file(agentId, 'a.txt', text('file'));
    await told.prints(agentId, [text('line'), text('line')]);
    await told.says('response.progress', agentId, { text: text('progress') });
    await this.#job(agentId, owner, text);
    await told.says('response.question', agentId, { text: text('question') });
    const answer = await told.says('response.answer', agentId, { text: text('answer') });
    await this.#bring(agentId, owner, { answer, id, text });
    const ended = { turnId, answers: 1, questions: 1 };
    await told.tell('turn.ended', whose, ended, because);
    await this.#publish(`dlq.said.${this.#count}`, text('letter'), `agents.${agentId}.response.no`);
    await told.tell('process.exited', whose, { runId, code: 0, signal: null });
    return id;
  }

  /** An agent that lives. */
  async begin(agentId: string, owner: Person): Promise<void> {
    await this.#told.tell('command.create', { agentId }, { kind: 'demo', owner, ...LIFE });
    const run = { node: 'node-test', epoch: 1, runtime: 'local', expiresAt: LATER };
    await this.#told.tell('process.starting', { agentId }, { runId: `run-${agentId}`, ...run });
  }

  async end(agentId: string): Promise<void> {
    const ended = { runId: `run-${agentId}`, code: 0, signal: null };
    await this.#told.tell('process.exited', { agentId }, ended);
  }

  async write(agentId: string, from: Person, text: string): Promise<void> {
    await this.#told.tell('command.send', { agentId }, { text, from, mode: 'join' });
  }

  /** Its id is claimed. */
  async #sendOnce(agentId: string, id: string, from: Person, text: string): Promise<void> {
    const data = { text, from, mode: 'join' } as const;
    const send = this.#told.event('command.send', { agentId }, data, { id, correlationId: id });
    const sent = await this.#log.appendOnce(send);
    if (!sent.ok) throw new Error(sent.error);
  }

  async #job(agentId: string, owner: Person, text: (what: string) => string): Promise<void> {
    const told = this.#told;
    const jobId = `job-${agentId.slice(6)}-${this.#count}`;
    const input = { to: text('input') };
    const by = { agentId, callId: `${agentId}_call-${this.#count}` };
    const job = { tool: 'deploy', verb: 'trigger', input, notify: false, timeouts: {}, by, owner };
    await told.tell('job.requested', { jobId }, job);
    await this.#publish(`worked.deploy.${jobId}.progress`, text('worked'));
    await this.#publish(`jobs.${jobId}.log.stdout`, text('printed'));
    await told.tell('job.completed', { jobId }, { result: { said: text('result') } });
  }

  async #bring(
    agentId: string,
    { channel, userId: chatId }: Person,
    { answer, id, text }: { answer: string; id: string; text: (what: string) => string },
  ): Promise<void> {
    const told = this.#told;
    const sequence = await this.#log.lastSequence('EVENTS');
    const delivery = { channel, deliveryId: answer };
    const request = { chatId, agentId, sequence };
    await told.tell('delivery.requested', delivery, request, { correlationId: id });
    const taken = { part: 0, parts: 1, messageId: '1001' };
    await told.tell('delivery.confirmed', delivery, taken, { correlationId: id });
    const notice = { channel, deliveryId: `n-${id}` };
    await told.tell('delivery.requested', notice, { chatId, text: text('notice') });
  }

  async #publish(subject: string, text: string, of = ''): Promise<void> {
    const written = headers();
    written.set('orc-subject', of);
    const payload = JSON.stringify({ text });
    await this.#log.connection.nc.request(subject, payload, { headers: written, timeout: 5_000 });
  }
}
