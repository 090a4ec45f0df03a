import { choiceOf } from '../../core/conversation/choice-of.ts';
import type { Happening } from '../../core/conversation/talk.ts';

type Question = Extract<Happening, { kind: 'question' }>;

/** What a text that was entered is: a message, an answer to a question, or none of its choices. */
export type Entered =
  | { kind: 'message'; text: string; answers?: string }
  | { kind: 'no-choice'; choices: readonly string[] };

/**
 * The question with choices that a person has before them. What they enter is one of the choices,
 * else they are asked again: a program that waits for one of them takes anything else for a no. The
 * same text a second time is meant as it is.
 */
export class OpenQuestion {
  #question: Question | undefined;
  #refused: string | undefined;

  happened(happening: Happening): void {
    if (happening.kind === 'question') this.#ask(happening);
    else if (this.#isEnd(happening)) this.#ask(undefined);
  }

  entered(text: string): Entered {
    const { options = [], responseId, waits = false } = this.#question ?? {};
    const choice = choiceOf(text, options);
    if (options.length > 0 && choice === undefined && text !== this.#refused) {
      this.#refused = text;
      return { kind: 'no-choice', choices: options };
    }
    this.#ask(undefined);
    const answers = waits && responseId !== undefined ? { answers: responseId } : {};
    return { kind: 'message', text: choice ?? text, ...answers };
  }

  #ask(question: Question | undefined): void {
    this.#question = question;
    this.#refused = undefined;
  }

  /** One that is waited for ends with its turn, any other with the next. */
  #isEnd({ kind }: Happening): boolean {
    if (kind === 'turn-ended' || kind === 'turn-failed') return this.#question?.waits === true;
    return kind === 'turn-started' || kind === 'agent-ended';
  }
}

/** `1. once`, each on a line. */
export const numbered = (choices: readonly string[]): string =>
  choices.map((choice, index) => `\n   ${index + 1}. ${choice}`).join('');
