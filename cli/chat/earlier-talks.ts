import {
  type EarlierConversation,
  earlierConversations,
} from '../../core/conversation/earlier-conversations.ts';
import { shownAgentName } from '../../core/conversation/named-agent.ts';
import type { Views } from '../../core/conversation/views.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import { sameName } from '../../schemas/agent-name.ts';
import type { Person } from '../../schemas/events/parts.ts';
import type { Dialogue } from './dialogue.ts';

export interface EarlierTalksOptions {
  dialogue: Dialogue;
  log: EventLog;
  views: Views;
  person: Person;
  print: (text: string) => void;
}

const VIEW_TIMEOUT_MS = 5_000;

/** `/resume` of a chat: the person's earlier conversations by number, and going on with one of them. */
export class EarlierTalks {
  readonly #options: EarlierTalksOptions;
  /** As they were shown last: a number means one of these. */
  #shown: readonly EarlierConversation[] | undefined;

  constructor(options: EarlierTalksOptions) {
    this.#options = options;
  }

  /** @param which a number of the list, a name or an id; empty for the list */
  async chosen(which: string): Promise<void> {
    const { dialogue, print } = this.#options;
    if (which === '' || this.#shown === undefined) this.#shown = await this.#all();
    if (this.#shown.length === 0)
      return print('There is no earlier conversation that could go on.');
    if (which === '') return print(listText(this.#shown));
    const found = meant(this.#shown, which);
    if (found === undefined) return print(`There is no ${which}.\n${listText(this.#shown)}`);
    this.#shown = undefined;
    await dialogue.openEarlier(found.agent);
  }

  #all(): Promise<EarlierConversation[]> {
    const { log, views, person } = this.#options;
    return earlierConversations(log, views, person, { timeoutMs: VIEW_TIMEOUT_MS });
  }
}

/** By its number from 1, its id, or its name. Pure. */
export function meant(
  shown: readonly EarlierConversation[],
  which: string,
): EarlierConversation | undefined {
  if (/^\d+$/.test(which)) return shown[Number(which) - 1];
  return shown.find(({ agent: { agentId, names = [] } }) =>
    [agentId, ...names].some((each) => sameName(each, which)),
  );
}

const listText = (shown: readonly EarlierConversation[]): string =>
  [
    ...shown.map(({ agent, project, lastWords = '' }, index) => {
      const of = [agent.kind, project].filter((each) => each !== undefined).join(', ');
      const ended = agent.endedAt?.slice(0, 16).replace('T', ' ');
      return `${index + 1}. ${shownAgentName(agent)} (${of}), ended ${ended}: ${lastWords}`;
    }),
    '/resume 1 goes on with the first.',
  ].join('\n');
