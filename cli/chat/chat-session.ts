import type { AgentManager, Views } from '../../core/conversation/agent-manager.ts';
import { asOrchestratorError } from '../../schemas/errors.ts';
import type { Person } from '../../schemas/events/parts.ts';
import {
  asCommand,
  type ChatCommand,
  helpText,
  isCommandLike,
  logsText,
  statusText,
} from './chat-commands.ts';
import type { Dialogue } from './dialogue.ts';

export interface ChatSessionOptions {
  dialogue: Dialogue;
  manager: AgentManager;
  views: Views;
  person: Person;
  print: (text: string) => void;
}

/** What was typed, done in order: messages go to the agent, commands are carried out. */
export class ChatSession {
  readonly #options: ChatSessionOptions;
  #last: Promise<boolean> = Promise.resolve(true);

  constructor(options: ChatSessionOptions) {
    this.#options = options;
  }

  /** Does it after everything before; false when the chat is to end. Never rejects. */
  enter(text: string): Promise<boolean> {
    this.#last = this.#last.then(async (goesOn) => {
      try {
        return goesOn && (await this.#do(text));
      } catch (error) {
        this.#options.print(asOrchestratorError(error).line);
        return true;
      }
    });
    return this.#last;
  }

  async #do(text: string): Promise<boolean> {
    const command = asCommand(text);
    if (command === '/quit') return false;
    if (command !== undefined) await this.#command(command);
    else if (isCommandLike(text)) this.#options.print(`There is no ${text.trim()}.\n${helpText()}`);
    else await this.#options.dialogue.say(text);
    return true;
  }

  async #command(command: Exclude<ChatCommand, '/quit'>): Promise<void> {
    const { dialogue, manager, views, person, print } = this.#options;
    const { agentId } = dialogue;
    if (command === '/help') return print(helpText());
    if (agentId === undefined) return print('There is no agent yet.');
    switch (command) {
      case '/status':
        return print(await statusText(views, agentId));
      case '/logs':
        return print(await logsText(views, agentId));
      case '/interrupt':
        await manager.control(agentId, 'interrupt', person);
        return;
      case '/stop':
        return this.#stop(agentId);
      case '/new':
        await this.#stop(agentId);
        await dialogue.open();
    }
  }

  /** Resolves when it has ended: what is typed next goes to a new one. */
  async #stop(agentId: string): Promise<void> {
    const { dialogue, manager, person } = this.#options;
    if (dialogue.hasEnded(agentId)) return;
    await manager.control(agentId, 'stop', person);
    await dialogue.ended(agentId);
  }
}
