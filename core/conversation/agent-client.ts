import type { Patience } from '../../platform/async/retry.ts';
import type { NewEvent } from '../../schemas/event.ts';
import type { DataOf } from '../../schemas/event-catalogue.ts';
import type { ForkedFrom, WhatIf } from '../../schemas/events/command.ts';
import type { FileReference } from '../../schemas/events/file.ts';
import type { Person } from '../../schemas/events/parts.ts';
import type { AgentProject } from '../../schemas/events/project.ts';
import { newAgentId, newId } from '../../schemas/ids.ts';
import { newEvent } from '../../schemas/new-event.ts';
import { userFilter } from '../../schemas/subjects.ts';
import type { AgentSummary } from '../../schemas/views.ts';
import { samePerson } from '../domain/same-person.ts';
import type { AppendResult } from '../log/append-result.ts';
import { appendError } from '../log/append-result.ts';
import type { EventLog } from '../log/event-log.ts';
import { allAgents, LIVING } from './all-agents.ts';
import {
  asked,
  assignment,
  controlCommand,
  creation,
  type SendOptions,
  sendCommand,
} from './events-of-person.ts';
import { goingOn, mayGoOn, requireResumable } from './going-on.ts';
import { nameFor } from './name-for.ts';
import { shownAgentName } from './named-agent.ts';
import type { Views } from './views.ts';
import { withPatience } from './with-patience.ts';

/** What an agent is to be, where there is none yet. Times in milliseconds. */
export interface AgentWish {
  kind: string;
  /** What it is to be called; its kind without, with a number where that is taken. */
  name?: string | undefined;
  ttlMs: number;
  turnDeadlineMs: number;
  /** The command line of a `line` agent. */
  commandLine?: string | undefined;
  /** Its model and how hard that is to think; those of the settings of its kind without. */
  model?: string | undefined;
  effort?: string | undefined;
  /** The project that it works in; the one that the person uses without. */
  project?: AgentProject | undefined;
  /** The tools that it may use, of those that the system allows; without, all of them. */
  allowedTools?: readonly string[] | undefined;
  /** The agent and the turn that it is a fork of. */
  forkedFrom?: ForkedFrom | undefined;
  /** Its first message: what it has to know. */
  first?: string | undefined;
  /** The turn that it runs otherwise, and what it is told in it. */
  whatIf?: WhatIf | undefined;
  say?: { text: string; files?: readonly FileReference[] | undefined } | undefined;
  /** A conversation of another kind does not go on. */
  ofThisKind?: boolean | undefined;
}

export interface AssignedAgent {
  agentId: string;
  /** False where the person's agent was there already. */
  created: boolean;
  /** It had ended, and goes on: with its files, and with what was said. */
  resumed?: true;
  name?: string | undefined;
  /** The agent that the person had before and that has ended, and its name. */
  previous?: string | undefined;
  previousName?: string | undefined;
}

export interface CreatedAgent {
  name: string;
  /** What comes of it is stored behind this. */
  sequence: number;
}

/** A message as it stands in the log. */
export interface SentMessage {
  commandId: string;
  /** 0 where a repeat hides it. */
  sequence: number;
  /** The command was stored before, under the same id. */
  repeated: boolean;
}

export interface AgentClientOptions {
  log: EventLog;
  views: Views;
  /** How long a call may wait for a server that is gone; 30 s. */
  patience?: Patience;
}

/** A repeat after a long outage may meet another agent of the person than the first time. */
const ANY_AGENT = { alsoOn: 'agents.*.command.send' };

const PATIENCE: Patience = { patienceMs: 30_000 };
const VIEW_TIMEOUT_MS = 5_000;
const OPEN_PHASES = new Set<AgentSummary['phase']>(['requested', 'starting', 'ready']);

/**
 * How channels (terminal, bot) reach agents: finds a person’s agent or makes one, and sends it
 * commands. Throws {@link OrchestratorError} as appends and views do.
 */
export class AgentClient {
  readonly #log: EventLog;
  readonly #views: Views;
  readonly #patience: Patience;

  constructor({ log, views, patience = PATIENCE }: AgentClientOptions) {
    this.#log = log;
    this.#views = views;
    this.#patience = patience;
  }

  /**
   * The agent that a person's messages go to: the one that lives; the last one, which goes on where it has
   * ended; else a new one. Where the wish names a project, only one that works in it. However many ask at
   * once, from wherever, one is made, or goes on: it is assigned in one batch that expects what was read of
   * the person to be the last.
   */
  getOrCreate(person: Person, wish: AgentWish): Promise<AssignedAgent> {
    const fresh = newAgentId();
    return withPatience(this.#patience, async () => {
      for (;;) {
        const assigned = await this.#findOrCreate(person, wish, fresh);
        if (assigned !== undefined) return assigned;
      }
    });
  }

  /**
   * Brings a message to an agent. The id makes a repeat harmless; where another event stands under
   * it, the message goes under one of its own, so that it is not lost.
   */
  send(agentId: string, text: string, options: SendOptions): Promise<SentMessage> {
    const id = options.id ?? newId('msg');
    return withPatience(this.#patience, async () => {
      const result = await this.#send(agentId, text, id, options);
      const taken = !result.ok && result.error === 'id-taken';
      const commandId = taken ? `${id}-again` : id;
      const { sequence, duplicate } = stored(
        taken ? await this.#send(agentId, text, commandId, options) : result,
      );
      return { commandId, sequence, repeated: duplicate };
    });
  }

  async #send(
    agentId: string,
    text: string,
    id: string,
    options: SendOptions,
  ): Promise<AppendResult> {
    const event = sendCommand(agentId, text, id, options);
    const { once, alongside } = options;
    if (alongside === undefined) {
      return once ? this.#log.appendOnce(event, ANY_AGENT) : this.#log.append(event);
    }
    const expect = { filter: alongside.event.subject, sequence: alongside.after };
    const result = await this.#log.append([event, alongside.event], { expect });
    const isDone = !result.ok && result.error === 'conflict';
    return isDone ? { ok: true, sequence: 0, duplicate: true } : result;
  }

  /** Asks an agent to interrupt what it does, or to end. A fresh id without one. */
  control(
    agentId: string,
    name: 'interrupt' | 'stop' | 'undo',
    from: Person,
    id = newId('cmd'),
  ): Promise<SentMessage> {
    return this.#command(controlCommand(agentId, name, from, id));
  }

  /** Has an agent be as it was at the end of a turn. */
  rewind(
    agentId: string,
    data: Omit<DataOf<'command.rewind'>, 'from'>,
    from: Person,
    id = newId('cmd'),
  ): Promise<SentMessage> {
    const own = { ...data, from };
    return this.#command(newEvent('command.rewind', { agentId }, own, asked(from, id)));
  }

  /** Gives an agent a longer life, counted from now. */
  extend(agentId: string, ttlMs: number, from: Person, id = newId('cmd')): Promise<SentMessage> {
    return this.#command(newEvent('command.extend', { agentId }, { ttlMs, from }, asked(from, id)));
  }

  /**
   * Makes a further agent of this id for a person, who talks to it from now on; a repeat makes none.
   * Its name is the person's only living one of that name. Throws ORC_NAME_TAKEN as well.
   */
  createAnother(person: Person, wish: AgentWish, agentId: string): Promise<CreatedAgent> {
    return withPatience(this.#patience, async () => {
      for (;;) {
        const created = await this.#createAnother(person, wish, agentId);
        if (created !== undefined) return created;
      }
    });
  }

  /** Undefined where something else of the person was stored meanwhile. */
  async #createAnother(
    person: Person,
    wish: AgentWish,
    agentId: string,
  ): Promise<CreatedAgent | undefined> {
    const filter = userFilter(person.channel, person.userId);
    const sequence = (await this.#log.last('EVENTS', filter))?.sequence ?? 0;
    const own = await this.#ownAgents(person, sequence);
    const earlier = own.find((agent) => agent.agentId === agentId);
    if (earlier !== undefined) return { name: shownAgentName(earlier), sequence };
    const name = nameFor(wish, own);
    // A fork is where the other agent was.
    const isPlaced = wish.project !== undefined || wish.forkedFrom !== undefined;
    const project = isPlaced ? wish.project : await this.#chosenProject(person, sequence);
    const batch = creation(agentId, person, { ...wish, name, project });
    const result = await this.#log.append(batch, { expect: { filter, sequence } });
    if (!result.ok && result.error === 'conflict') return undefined;
    return { name: name ?? agentId, sequence: stored(result).sequence };
  }

  /** Those of a person that live, or are to. */
  async #ownAgents(owner: Person, atLeast: number): Promise<AgentSummary[]> {
    const wanted = { owner, atLeast, phases: LIVING };
    const options = { timeoutMs: VIEW_TIMEOUT_MS };
    const own = await allAgents(this.#views, wanted, options);
    // Views of an older version do not look at `owner`.
    return own.filter((agent) => samePerson(agent.owner, owner));
  }

  /** Lets a person talk to another of their agents. `id`: of the event, a repeat is stored once. */
  async switchTo(person: Person, agentId: string, id: string): Promise<void> {
    const event = assignment(agentId, person, `user.agent-assigned:${id}`);
    await withPatience(this.#patience, async () => stored(await this.#log.append(event)));
  }

  async #command(event: NewEvent): Promise<SentMessage> {
    const append = async () => stored(await this.#log.append(event));
    const { sequence, duplicate } = await withPatience(this.#patience, append);
    return { commandId: event.id, sequence, repeated: duplicate };
  }

  /** The project that the person uses, where it can be worked in. */
  async #chosenProject(person: Person, atLeast: number): Promise<AgentProject | undefined> {
    const options = { timeoutMs: VIEW_TIMEOUT_MS };
    const { projectId } = await this.#views.request('user', { ...person, atLeast }, options);
    if (projectId === undefined) return undefined;
    const { projects } = await this.#views.request('projects', { id: projectId, atLeast }, options);
    const [project] = projects;
    return project && project.phase === undefined ? { id: project.id } : undefined;
  }

  /** Undefined where somebody else was first: the next look tells who. */
  async #findOrCreate(
    person: Person,
    wish: AgentWish,
    fresh: string,
  ): Promise<AssignedAgent | undefined> {
    const { agent, isOwn, sequence } = await this.#assigned(person);
    const isWhereAsked = wish.project === undefined || wish.project.id === agent?.projectId;
    const filter = userFilter(person.channel, person.userId);
    if (agent !== undefined && isOpen(agent) && isOwn && isWhereAsked) {
      // Ours, where an earlier try was stored and its acknowledgement was lost.
      return { agentId: agent.agentId, created: agent.agentId === fresh };
    }
    const own = await this.#ownAgents(person, sequence);
    if (agent !== undefined && mayGoOn(agent, wish)) {
      const batch = goingOn(agent, person, own, newId('cmd'));
      const result = await this.#log.append(batch, { expect: { filter, sequence } });
      if (!result.ok && result.error === 'conflict') return undefined;
      stored(result);
      const { agentId } = agent;
      return { agentId, created: false, resumed: true, name: shownAgentName(agent) };
    }
    const project = wish.project ?? (await this.#chosenProject(person, sequence));
    const batch = creation(fresh, person, { ...wish, name: nameFor(wish, own), project });
    const result = await this.#log.append(batch, { expect: { filter, sequence } });
    if (!result.ok && result.error === 'conflict') return undefined;
    stored(result);
    const previous = agent &&
      !isOpen(agent) && { previous: agent.agentId, previousName: shownAgentName(agent) };
    return { agentId: fresh, created: true, ...previous };
  }

  /**
   * Lets an agent of a person go on that has ended, and the person talk to it; one that lives is only
   * talked to. Throws ORC_NOT_RESUMABLE where it was deleted, or its files are removed.
   *
   * @param id of the command; a repeat is stored once
   */
  resume(person: Person, agent: AgentSummary, id = newId('cmd')): Promise<SentMessage> {
    if (!isOpen(agent)) requireResumable(agent);
    return withPatience(this.#patience, async () => {
      const own = await this.#ownAgents(person, await this.#log.lastSequence('EVENTS'));
      const batch = goingOn(agent, person, own, id);
      const { sequence, duplicate } = stored(await this.#log.append(batch));
      return { commandId: id, sequence, repeated: duplicate };
    });
  }

  /** The person's last agent as of the last event about the person. */
  async #assigned(person: Person): Promise<Assigned> {
    const last = await this.#log.last('EVENTS', userFilter(person.channel, person.userId));
    if (last === undefined) return { sequence: 0, isOwn: false };
    const { sequence } = last;
    const options = { timeoutMs: VIEW_TIMEOUT_MS };
    const user = await this.#views.request('user', { ...person, atLeast: sequence }, options);
    const agentId = user.agentId ?? user.agents.at(-1);
    if (agentId === undefined) return { sequence, isOwn: false };
    const { agent } = await this.#views.request('agent', { agentId, atLeast: sequence }, options);
    return { sequence, agent, isOwn: user.agentId !== null };
  }
}

interface Assigned {
  /** The sequence of the last event about the person; 0 for none. */
  sequence: number;
  agent?: AgentSummary;
  /** Messages of the person go to it. */
  isOwn: boolean;
}

const isOpen = ({ phase }: AgentSummary): boolean => OPEN_PHASES.has(phase);

function stored(result: AppendResult): { sequence: number; duplicate: boolean } {
  if (result.ok) return result;
  throw appendError(result);
}
