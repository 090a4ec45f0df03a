import type { StoredEvent } from '../../schemas/event.ts';
import type { Person } from '../../schemas/events/parts.ts';
import { parseSubject } from '../../schemas/subjects.ts';
import { samePerson } from '../domain/same-person.ts';

/** What the log says of an agent, as far as it matters whose it is. */
interface Agent {
  owner?: Person | undefined;
  name?: string | undefined;
  isCreated?: boolean;
  /** The agent that had it made, or that it is a fork of. */
  from?: string | undefined;
  project?: string | undefined;
  /** Who wrote to it, or was assigned to it, as `<channel>/<user id>`. */
  people: Set<string>;
  /** Where its runs lived. */
  runtimes: Set<string>;
  isHomeRemoved: boolean;
}

interface Project {
  owner?: Person | undefined;
  by?: string | undefined;
  name: string;
}

/** What is one person’s. */
export interface OwnIds {
  people: Person[];
  agents: string[];
  /** Agents of others to which the person wrote, with how these are called. */
  shared: { agentId: string; of: string }[];
  /** Own agents to which others wrote as well: what they wrote goes with them. */
  othersIn: string[];
  projects: string[];
  /** Own projects in which agents of others work. */
  sharedProjects: string[];
  /** Own agents whose homes are an engine’s, and were not removed. */
  homesElsewhere: string[];
}

const keyOf = ({ channel, userId }: Person): string => `${channel}/${userId}`;

/** Learns from all events, in their order, who has to do with what. Pure but for what it keeps in mind. */
export class OwnIdsLearner {
  readonly #agents = new Map<string, Agent>();
  readonly #projects = new Map<string, Project>();
  readonly #moves: { from: Person; to: Person }[] = [];

  learn(event: StoredEvent): void {
    const address = parseSubject(event.subject);
    if (address === undefined) return;
    if (address.family === 'user') this.#learnUser(address, event);
    else if (address.family === 'project' && event.type === 'project.created') {
      const { owner, agentId: by, name } = event.data;
      if (!this.#projects.has(address.projectId)) {
        this.#projects.set(address.projectId, { owner, by, name });
      }
    } else if ('agentId' in address) this.#learnAgent(address.agentId, event);
  }

  /** @param withShared as if agents of others to which the person wrote were the person’s own */
  of(person: Person, withShared: boolean): OwnIds {
    const people = this.#allIdsOf(person);
    const isPerson = (one: Person) => people.some((each) => samePerson(one, each));
    const keys = new Set(people.map(keyOf));
    const own = new Set<string>();
    const shared = new Map<string, string>();
    // An agent is made behind the one that had it made, so one look is enough.
    for (const [agentId, agent] of this.#agents) {
      const { owner, from } = agent;
      const others = [...agent.people].filter((key) => !keys.has(key));
      const isIn = others.length < agent.people.size || (from !== undefined && own.has(from));
      const isOwn = owner === undefined ? isIn && others.length === 0 : isPerson(owner);
      if (isOwn || (isIn && withShared)) own.add(agentId);
      else if (isIn)
        shared.set(agentId, owner === undefined ? (others[0] ?? 'nobody') : keyOf(owner));
    }
    const projects = [...this.#projects].flatMap(([id, { owner, by }]) =>
      (owner !== undefined ? isPerson(owner) : by !== undefined && own.has(by)) ? [id] : [],
    );
    const usedByOthers = new Set(
      [...this.#agents].flatMap(([id, { project }]) => (own.has(id) ? [] : (project ?? []))),
    );
    const agents = [...own];
    const known = (id: string) => this.#agents.get(id);
    return {
      people,
      agents,
      shared: [...shared].map(([agentId, of]) => ({ agentId, of })),
      othersIn: agents.filter((id) => [...(known(id)?.people ?? [])].some((key) => !keys.has(key))),
      projects: projects.filter((id) => !usedByOthers.has(id)),
      sharedProjects: projects.filter((id) => usedByOthers.has(id)),
      homesElsewhere: agents.filter((id) => {
        const { runtimes, isHomeRemoved } = known(id) ?? {
          runtimes: new Set(),
          isHomeRemoved: true,
        };
        return !isHomeRemoved && [...runtimes].some((runtime) => runtime !== 'local');
      }),
    };
  }

  /** A chat that has become another one is one person by both ids. */
  #allIdsOf(person: Person): Person[] {
    const all = [person];
    for (const one of all) {
      for (const { from, to } of this.#moves) {
        const next = samePerson(from, one) ? to : samePerson(to, one) ? from : undefined;
        if (next !== undefined && !all.some((each) => samePerson(each, next))) all.push(next);
      }
    }
    return all;
  }

  #learnUser({ channel, userId }: Person, event: StoredEvent): void {
    if (event.type === 'user.moved') {
      this.#moves.push({ from: { channel, userId }, to: { channel, userId: event.data.to } });
    }
    if (event.type === 'user.agent-assigned') {
      this.#agent(event.data.agentId).people.add(keyOf({ channel, userId }));
    }
  }

  #learnAgent(agentId: string, event: StoredEvent): void {
    const agent = this.#agent(agentId);
    switch (event.type) {
      case 'command.create': {
        if (agent.isCreated) return;
        const { owner, name, project, ordered, forkedFrom } = event.data;
        const from = ordered?.by ?? forkedFrom?.agentId;
        Object.assign(agent, { isCreated: true, owner, name, project: project?.id, from });
        return;
      }
      case 'process.starting':
        agent.runtimes.add(event.data.runtime);
        agent.isHomeRemoved = false;
        return;
      case 'process.home-removed':
        agent.isHomeRemoved = true;
        return;
      default: {
        const { data } = event;
        if (event.type.startsWith('command.') && 'from' in data && isPersonLike(data.from)) {
          agent.people.add(keyOf(data.from));
        }
      }
    }
  }

  #agent(agentId: string): Agent {
    const known = this.#agents.get(agentId);
    if (known !== undefined) return known;
    const agent: Agent = { people: new Set(), runtimes: new Set(), isHomeRemoved: false };
    this.#agents.set(agentId, agent);
    return agent;
  }
}

const isPersonLike = (value: unknown): value is Person =>
  typeof value === 'object' && value !== null && 'channel' in value && 'userId' in value;
