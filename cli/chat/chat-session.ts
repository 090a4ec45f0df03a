import type { AgentClient } from '../../core/conversation/agent-client.ts';
import { withoutSecondSlash } from '../../core/conversation/slash-twice.ts';
import type { Views } from '../../core/conversation/views.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import { asOrchestratorError } from '../../schemas/errors.ts';
import type { Person } from '../../schemas/events/parts.ts';
import { MESSAGE_MODES, type MessageMode, messageMode } from '../../schemas/message-mode.ts';
import {
  asCommand,
  asModeCommand,
  asResumeCommand,
  type ChatCommand,
  helpText,
  isCommandLike,
  logsText,
  MODE_TEXTS,
  noSuchCommand,
  statusText,
} from './chat-commands.ts';
import type { Dialogue } from './dialogue.ts';
import { EarlierTalks } from './earlier-talks.ts';
import type { JobQuestions } from './job-questions.ts';
import { numbered, type OpenQuestion } from './open-question.ts';

export interface ChatSessionOptions {
  dialogue: Dialogue;
  agentClient: AgentClient;
  log: EventLog;
  views: Views;
  person: Person;
  question: OpenQuestion;
  mode: MessageMode;
  jobs: Pick<JobQuestions, 'answer'>;
  print: (text: string) => void;
}

/** What was typed, done in order: messages go to the agent, commands are carried out. */
export class ChatSession {
  readonly #options: ChatSessionOptions;
  #last: Promise<boolean> = Promise.resolve(true);
  readonly #earlier: EarlierTalks;
  #mode: MessageMode;

  constructor(options: ChatSessionOptions) {
    this.#options = options;
    this.#earlier = new EarlierTalks(options);
    this.#mode = options.mode;
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
    const mode = asModeCommand(text);
    const resumed = asResumeCommand(text);
    if (command === '/quit') return false;
    if (mode !== undefined) this.#chooseMode(mode);
    else if (resumed !== undefined) await this.#earlier.chosen(resumed);
    else if (command !== undefined && isPlain(command)) await this.#command(command);
    else if (isCommandLike(text)) this.#options.print(noSuchCommand(text.trim()));
    else await this.#say(withoutSecondSlash(text));
    return true;
  }

  async #say(text: string): Promise<void> {
    const { dialogue, print, question } = this.#options;
    const entered = question.entered(text);
    if (entered.kind === 'message') {
      const answers = entered.answers === undefined ? {} : { answers: entered.answers };
      await dialogue.say(entered.text, { mode: this.#mode, ...answers });
      return;
    }
    const choices = numbered(entered.choices);
    print(
      `❓ That is none of the choices; enter a number, one of them, or how it begins:${choices}`,
    );
    print('Entered again, it is sent as it is.');
  }

  #chooseMode(word: string): void {
    const { print } = this.#options;
    const mode = messageMode(word);
    if (mode !== undefined) this.#mode = mode;
    const isWrong = mode === undefined && word !== '';
    const known = `It is one of ${MESSAGE_MODES.join(', ')}.`;
    print(isWrong ? `There is no mode ${word}. ${known}` : `${MODE_TEXTS[this.#mode]} ${known}`);
  }

  async #command(command: PlainCommand): Promise<void> {
    const { dialogue, agentClient, views, person, print } = this.#options;
    const { agentId } = dialogue;
    if (command === '/help') return print(helpText());
    if (command === '/yes' || command === '/no') {
      return print(await this.#options.jobs.answer(command === '/yes'));
    }
    if (agentId === undefined) return print('There is no agent yet.');
    switch (command) {
      case '/status':
        return print(await statusText(views, agentId));
      case '/logs':
        return print(await logsText(views, agentId));
      case '/interrupt':
        await agentClient.control(agentId, 'interrupt', person);
        return;
      case '/stop':
        return this.#stop(agentId);
      case '/new':
        await this.#stop(agentId);
        await dialogue.openNew();
    }
  }

  /** Resolves when it has ended: what is typed next goes on with it. */
  async #stop(agentId: string): Promise<void> {
    const { dialogue, agentClient, person } = this.#options;
    if (dialogue.hasEnded(agentId)) return;
    await agentClient.control(agentId, 'stop', person);
    await dialogue.ended(agentId);
  }
}

/** Commands without anything behind them. */
type PlainCommand = Exclude<ChatCommand, '/quit' | '/mode' | '/resume'>;

const isPlain = (command: ChatCommand): command is PlainCommand =>
  command !== '/quit' && command !== '/mode' && command !== '/resume';
