import type { StoredEvent } from '../../schemas/event.ts';
import type { Person } from '../../schemas/events/parts.ts';
import { parseEvent } from '../../schemas/parse-event.ts';
import { parseSubject } from '../../schemas/subjects.ts';
import { isAssignmentOf, isQuestionOf } from '../conversation/about-agents.ts';
import { samePerson } from '../domain/same-person.ts';
import type { EventLog } from '../log/event-log.ts';
import type { StoredMessage } from '../log/stored-message.ts';

/** Whose events are wanted: one agent's, one person's, or everybody's. */
export interface Whose {
  agentId?: string | undefined;
  person?: Person | undefined;
}

const CREATED = 'agents.*.command.create';

/**
 * Which messages are one agent's, or one person's: those of the agents, of the projects that they work in, of what
 * they have had done, of what was brought to a chat of it, and of who was assigned to them. It learns from what it is
 * asked, so it is asked in the order of the log.
 */
export class Selected {
  readonly #agents = new Set<string>();
  readonly #projects = new Set<string>();
  readonly #jobs = new Set<string>();
  readonly #deliveries = new Set<string>();
  readonly #whose: Whose;
  readonly #isWhole: boolean;

  private constructor(whose: Whose) {
    this.#whose = whose;
    this.#isWhole = whose.agentId === undefined && whose.person === undefined;
    if (whose.agentId !== undefined) this.#agents.add(whose.agentId);
  }

  /** Looks for the agents of a person, and for the projects of the agents, wherever in the log they were made. */
  static async of(log: EventLog, whose: Whose, signal?: AbortSignal): Promise<Selected> {
    const selected = new Selected(whose);
    if (selected.#isWhole) return selected;
    const range = { stream: 'EVENTS', from: { sequence: 1 }, filter: CREATED, signal } as const;
    for await (const message of log.read(range)) selected.#learnAgent(message);
    return selected;
  }

  hasAgent(agentId: string): boolean {
    return this.#isWhole || this.#agents.has(agentId);
  }

  hasProject(projectId: string): boolean {
    return this.#isWhole || this.#projects.has(projectId);
  }

  /** Of EVENTS. */
  takes(message: StoredMessage): boolean {
    if (this.#isWhole) return true;
    const parsed = parseEvent(message);
    if (parsed.kind === 'event') this.#learn(parsed.event);
    const event = parsed.kind === 'event' ? parsed.event : undefined;
    return this.#isSelected(message.subject, event);
  }

  /** Of the streams beside it: output and files. */
  takesSubject(subject: string): boolean {
    return this.#isWhole || this.#isSelected(subject, undefined);
  }

  #learnAgent(message: StoredMessage): void {
    const parsed = parseEvent(message);
    const address = parseSubject(message.subject);
    if (parsed.kind !== 'event' || parsed.event.type !== 'command.create') return;
    if (address === undefined || !('agentId' in address)) return;
    const { owner, project } = parsed.event.data;
    if (owner !== undefined && this.#isPerson(owner)) this.#agents.add(address.agentId);
    if (project !== undefined && this.#agents.has(address.agentId)) this.#projects.add(project.id);
  }

  #learn(event: StoredEvent): void {
    const address = parseSubject(event.subject);
    if (event.type === 'job.requested' && address?.family === 'job') {
      const { by, owner } = event.data;
      const isOwn =
        (by !== undefined && this.#agents.has(by.agentId)) ||
        (owner !== undefined && this.#isPerson(owner));
      if (isOwn) this.#jobs.add(address.jobId);
    }
    if (event.type === 'delivery.requested' && address?.family === 'delivery') {
      const { agentId, chatId } = event.data;
      const isOwn =
        (agentId !== undefined && this.#agents.has(agentId)) ||
        this.#isPerson({ channel: address.channel, userId: chatId });
      if (isOwn) this.#deliveries.add(address.deliveryId);
    }
  }

  #isSelected(subject: string, event: StoredEvent | undefined): boolean {
    const address = parseSubject(subject);
    if (address === undefined) return false;
    switch (address.family) {
      case 'node':
      case 'token':
      case 'stream':
        return false;
      case 'user':
        return this.#isPerson(address) || isAssignmentOf(event, this.#agents);
      case 'project':
        return this.#projects.has(address.projectId);
      case 'job':
      case 'job-log':
      case 'job-timer':
        return this.#jobs.has(address.jobId);
      case 'delivery':
        return this.#deliveries.has(address.deliveryId) || isQuestionOf(event, this.#agents);
      default:
        return this.#agents.has(address.agentId);
    }
  }

  #isPerson(one: Person): boolean {
    const { person } = this.#whose;
    return person !== undefined && samePerson(one, person);
  }
}
