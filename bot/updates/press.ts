import { answerJob, cancelJob } from '../../core/conversation/answer-job.ts';
import { requestedJob } from '../../core/conversation/known-job.ts';
import { shownAgentName } from '../../core/conversation/named-agent.ts';
import type { DeliveryRequest } from '../../core/domain/delivery/delivery.ts';
import { samePerson } from '../../core/domain/same-person.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { StoredEventOf } from '../../schemas/event.ts';
import { parseEvent } from '../../schemas/parse-event.ts';
import { choose } from '../commands/about-projects.ts';
import { created } from '../commands/new-agent.ts';
import { ownProjects } from '../commands/own-projects.ts';
import { goOn } from '../commands/resume.ts';
import { requestedDelivery } from '../delivery/ledger.ts';
import type { BotContext, BotParts } from '../incoming/bot-context.ts';
import { CHANNEL } from '../people/channel.ts';
import { type Press, parsePress } from '../text/button-data.ts';

type AnswerPress = Press & { kind: 'answer' };

/** A button was pressed: answers a question, switches the agent, or chooses a mode or a project. */
export function press(parts: BotParts) {
  return async (context: BotContext): Promise<void> => {
    const pressed = parsePress(context.callbackQuery?.data ?? '');
    if (pressed === undefined) return say(context, context.incoming.words.noQuestion);
    if (pressed.kind === 'answer') return answer(context, parts, pressed);
    if (pressed.kind === 'switch') return switchAgent(context, parts, pressed.agentId);
    if (pressed.kind === 'resume') return resumeAgent(context, parts, pressed.agentId);
    if (pressed.kind === 'project') return chooseProject(context, parts, pressed.projectId);
    if (pressed.kind === 'job') return pressJob(context, parts, pressed);
    if (pressed.kind === 'model') return withModel(context, parts, pressed);
    const { chatId, id, words } = context.incoming;
    await parts.directory.state('user.mode-chosen', chatId, { mode: pressed.mode }, id);
    await say(context, words.chosen(words.modes[pressed.mode]), true);
  };
}

async function chooseProject(
  context: BotContext,
  parts: BotParts,
  projectId: string,
): Promise<void> {
  const { incoming } = context;
  const { all } = await ownProjects(incoming, parts);
  const wanted = all.find(({ id, phase }) => id === projectId && phase === undefined);
  if (wanted === undefined) return say(context, incoming.words.noQuestion);
  await say(context, await choose(incoming, parts, wanted), true);
}

/** Only the chat of the job's own agent decides on it. */
async function pressJob(
  context: BotContext,
  { log, directory }: BotParts,
  { what, jobId }: Press & { kind: 'job' },
): Promise<void> {
  const { person, words, chatId, id } = context.incoming;
  const owner = (await requestedJob(log, jobId))?.owner;
  // The group may have become another since it was asked.
  const isOwn = owner?.channel === CHANNEL && directory.presentId(owner.userId) === chatId;
  if (!isOwn) return say(context, words.noQuestion);
  if (what === 'cancel') {
    await cancelJob(log, jobId, { from: person, causationId: id });
    return say(context, words.jobs.cancelling);
  }
  const job = await answerJob(log, jobId, what === 'yes', person);
  if (job === undefined) return say(context, words.alreadyAnswered);
  say(context, words.chosen(words.jobs[what]));
}

async function withModel(
  context: BotContext,
  parts: BotParts,
  { of, model }: Press & { kind: 'model' },
): Promise<void> {
  const wish = parts.kinds.get(of);
  if (wish === undefined) return say(context, context.incoming.words.noQuestion);
  await say(context, await created(context.incoming, parts, { ...wish, model }), true);
}

/** The first press counts, for the command's id is the question's. */
async function answer(
  context: BotContext,
  { log, agentClient, directory }: BotParts,
  { questionId, option }: AnswerPress,
): Promise<void> {
  const { person, thread, words, chatId, member } = context.incoming;
  const request = await requestedDelivery(log, questionId);
  // The group may have become another since it was asked.
  const isOfChat = request !== undefined && directory.presentId(request.chatId) === chatId;
  const asked = isOfChat ? await questionAsked(log, request) : undefined;
  const choice = asked?.event.data.options?.[option];
  if (asked === undefined || choice === undefined) return say(context, words.noQuestion);
  const sent = await agentClient.send(asked.agentId, choice, {
    from: person,
    thread,
    id: `tg-answer-${questionId}`,
    once: true,
    mode: member.mode,
    answers: asked.event.id,
  });
  if (sent.repeated) return say(context, words.alreadyAnswered);
  await say(context, words.chosen(choice), true);
}

/** The question of a delivery, as it was asked. */
async function questionAsked(log: EventLog, { agentId, sequence }: DeliveryRequest) {
  if (agentId === undefined || sequence === undefined) return;
  const event = await questionAt(log, sequence);
  return event && { agentId, event };
}

async function questionAt(
  log: EventLog,
  sequence: number,
): Promise<StoredEventOf<'response.question'> | undefined> {
  const message = await log.at('EVENTS', sequence);
  const parsed = message && parseEvent(message);
  if (parsed?.kind !== 'event' || parsed.event.type !== 'response.question') return undefined;
  return parsed.event;
}

async function switchAgent(context: BotContext, parts: BotParts, agentId: string): Promise<void> {
  const { person, words, id } = context.incoming;
  const { agents } = await parts.views.request('user', person, { timeoutMs: VIEW_TIMEOUT_MS });
  if (!agents.includes(agentId)) return say(context, words.noAgent);
  const { agent } = await parts.views.request('agent', { agentId }, { timeoutMs: VIEW_TIMEOUT_MS });
  await parts.agentClient.switchTo(person, agentId, id);
  await say(context, words.switched(shownAgentName(agent)), true);
}

/** Only of the chat's own. */
async function resumeAgent(context: BotContext, parts: BotParts, agentId: string): Promise<void> {
  const { person, words } = context.incoming;
  const { agent } = await parts.views.request('agent', { agentId }, { timeoutMs: VIEW_TIMEOUT_MS });
  if (!samePerson(agent.owner, person)) return say(context, words.noAgent);
  try {
    await say(context, await goOn(context.incoming, parts, agent), true);
  } catch (error) {
    const isRefused = error instanceof OrchestratorError && error.code === 'ORC_NOT_RESUMABLE';
    if (!isRefused) throw error;
    await say(context, words.nothingToResume, true);
  }
}

const VIEW_TIMEOUT_MS = 5_000;

/** Over the chat, and where the press is done with under the message in place of its buttons. */
function say(context: BotContext, text: string, isDone = false): void {
  // Not waited for: the press counts, whether or not Telegram can still show that it does.
  context.answerCallbackQuery({ text: text.slice(0, MAX_TOAST) }).catch(() => undefined);
  if (isDone) void showDone(context, text);
}

const MAX_TOAST = 200;

async function showDone(context: BotContext, text: string): Promise<void> {
  const { text: original = '', entities = [] } = context.msg ?? {};
  try {
    await context.editMessageText(`${original}\n\n${text}`, { entities });
  } catch {
    // Too old or too long to be edited: the buttons go, if that is possible.
    await context.editMessageReplyMarkup().catch(() => undefined);
  }
}
