import type { AssignedAgent } from '../../core/conversation/agent-manager.ts';
import { requestedDelivery, shownQuestion } from '../delivery/ledger.ts';
import { addressedText, spokenBy } from '../incoming/addressed.ts';
import type { BotContext, BotParts, Incoming } from '../incoming/bot-context.ts';
import type { IncomingFiles, ReceivedFile } from './incoming-files.ts';

/**
 * A message to the chat's agent, which is found or made. Resolves when it is stored: the answer
 * comes by the listener. Its id is derived from the update, so a repeated update is one message.
 */
export function talk(parts: BotParts, files: IncomingFiles) {
  return async (context: BotContext): Promise<void> => {
    const { incoming, msg } = context;
    if (msg === undefined) return;
    const said = addressedText(msg, context.me);
    if (said === undefined) return;
    const question = await questionOf(context, parts);
    const agentId = question?.agentId ?? (await agentFor(incoming, parts)).agentId;
    const file = await files.receive(context, agentId);
    if (file === 'refused') return;
    const text = messageText(spokenBy(msg, said), file, incoming);
    if (text === '') {
      await incoming.reply('not-text', incoming.words.onlyText);
      return;
    }
    const corrected = context.editedMessage === undefined ? text : `✏️ ${text}`;
    await parts.manager.send(agentId, corrected, {
      from: incoming.person,
      id: incoming.id,
      once: true,
      mode: incoming.member.mode,
      ...(question && { answers: question.questionId }),
      ...(file && { files: [file.reference] }),
    });
  };
}

function messageText(said: string, file: ReceivedFile | undefined, { words }: Incoming): string {
  if (file === undefined) return said;
  const arrived = words.fileArrived(file.path);
  return said === '' ? arrived : `${said}\n\n${arrived}`;
}

/** The chat's agent. That a new one has begun in place of one that has ended is said. */
export async function agentFor(
  { person, words, reply }: Incoming,
  { manager, wish }: BotParts,
): Promise<AssignedAgent> {
  const assigned = await manager.getOrCreate(person, wish);
  const { previous } = assigned;
  if (previous !== undefined) await reply('new-agent', words.newAgent(previous));
  return assigned;
}

/** The question that the message replies to, and the agent that asked it: its delivery has its id. */
async function questionOf({ msg, me, incoming }: BotContext, { log }: BotParts) {
  const original = msg?.reply_to_message;
  if (original === undefined || original.from?.id !== me.id) return undefined;
  const questionId = await shownQuestion(log, incoming.chatId, String(original.message_id));
  if (questionId === undefined) return undefined;
  const request = await requestedDelivery(log, questionId);
  const { agentId } = request ?? {};
  return agentId === undefined ? undefined : { questionId, agentId };
}
