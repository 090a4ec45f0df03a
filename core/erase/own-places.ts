import type { StoredEvent } from '../../schemas/event.ts';
import type { Person } from '../../schemas/events/parts.ts';
import { parseSubject } from '../../schemas/subjects.ts';
import { isAssignmentOf, isQuestionOf } from '../conversation/about-agents.ts';
import { samePerson } from '../domain/same-person.ts';
import type { OwnIds } from './own-ids.ts';

/** Says of each message of EVENTS, in their order, whether it is to be erased; learns jobs and deliveries on the way. */
export class OwnPlaces {
  readonly #agents: ReadonlySet<string>;
  readonly #projects: ReadonlySet<string>;
  readonly #people: readonly Person[];
  readonly #jobs = new Set<string>();
  readonly #deliveries = new Set<string>();

  constructor({ agents, projects, people }: Pick<OwnIds, 'agents' | 'projects' | 'people'>) {
    this.#agents = new Set(agents);
    this.#projects = new Set(projects);
    this.#people = people;
  }

  get jobs(): string[] {
    return [...this.#jobs];
  }

  /** @param event undefined where the message is none that can be read */
  takes(subject: string, event: StoredEvent | undefined): boolean {
    const address = parseSubject(subject);
    // What has no form of ours on it is still of whom it names.
    if (address === undefined) return this.#names(subject);
    switch (address.family) {
      case 'node':
      case 'stream':
        return false;
      case 'token':
        return event?.type === 'token.created' && this.#agents.has(event.data.agentId ?? '');
      case 'user':
        return this.#isPerson(address) || isAssignmentOf(event, this.#agents);
      case 'project':
        return this.#projects.has(address.projectId);
      case 'job':
      case 'job-log':
      case 'job-timer':
        this.#learnJob(address.jobId, event);
        return this.#jobs.has(address.jobId);
      case 'delivery':
        this.#learnDelivery(address, event);
        return this.#deliveries.has(address.deliveryId) || isQuestionOf(event, this.#agents);
      default:
        return this.#agents.has(address.agentId);
    }
  }

  #names(subject: string): boolean {
    const [root = '', first = '', second = ''] = subject.split('.');
    if (root === 'agents') return this.#agents.has(first);
    if (root === 'projects') return this.#projects.has(first);
    if (root === 'jobs') return this.#jobs.has(first);
    return root === 'users' && this.#isPerson({ channel: first, userId: second });
  }

  #learnJob(jobId: string, event: StoredEvent | undefined): void {
    if (event?.type !== 'job.requested') return;
    const { by, owner } = event.data;
    const isOwn =
      (by !== undefined && this.#agents.has(by.agentId)) ||
      (owner !== undefined && this.#isPerson(owner));
    if (isOwn) this.#jobs.add(jobId);
  }

  #learnDelivery(
    { channel, deliveryId }: { channel: string; deliveryId: string },
    event: StoredEvent | undefined,
  ): void {
    if (event?.type !== 'delivery.requested') return;
    const { agentId, chatId } = event.data;
    const isOwn =
      (agentId !== undefined && this.#agents.has(agentId)) ||
      this.#isPerson({ channel, userId: chatId });
    if (isOwn) this.#deliveries.add(deliveryId);
  }

  #isPerson(one: Person): boolean {
    return this.#people.some((each) => samePerson(one, each));
  }
}
