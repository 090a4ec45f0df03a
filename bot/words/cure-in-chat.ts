import { ERRORS, type ErrorCode, type OrchestratorError } from '../../schemas/errors.ts';
import type { Words } from './words.ts';

/** What only somebody at the machine can run, set or read. */
const AT_THE_MACHINE =
  /\borchestrator |ORCHESTRATOR_|\bnpm |\bdocs\/|\bdoctor\b|data folder|docker/i;

/**
 * What a person in a chat can do about an error: by the bot's commands, or by telling who runs it.
 * A cure that was made for the occasion is kept where the person can follow it.
 */
export function cureInChat(code: string, cure: string, words: Words): string {
  const known = Object.hasOwn(ERRORS, code) ? (code as ErrorCode) : undefined;
  const isOwn = known === undefined || cure !== ERRORS[known].cure;
  if (isOwn && !AT_THE_MACHINE.test(cure)) return cure;
  const ofChat = known && words.cures[known];
  if (ofChat !== undefined) return ofChat;
  return AT_THE_MACHINE.test(cure) ? words.tellOperator : cure;
}

/** The same of an error as one line; its code is for who runs the bot. */
export const lineInChat = (error: OrchestratorError, words: Words): string =>
  `${error.message.replace(/\s+/g, ' ').replace(/\.$/, '')} (${error.code}). ${cureInChat(error.code, error.cure, words)}`;
