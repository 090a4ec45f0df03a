import { join } from 'node:path';
import { agentWish, agentWishes } from '../agents/agent-wish.ts';
import { AgentClient } from '../core/conversation/agent-client.ts';
import { shownAgentName } from '../core/conversation/named-agent.ts';
import { checkpointAt } from '../core/projection/checkpointed-follower.ts';
import { askProject } from '../platform/service/projects-client.ts';
import type { ServiceContext } from '../platform/service/run-service.ts';
import { ViewsClient } from '../platform/service/views-client.ts';
import { OrchestratorError } from '../schemas/errors.ts';
import { AgentPlaces } from './delivery/agent-places.ts';
import type { ChatPlace } from './delivery/chat-place.ts';
import { Deliveries } from './delivery/deliveries.ts';
import { DeliveryContent } from './delivery/delivery-content.ts';
import { Outbox } from './delivery/outbox.ts';
import { Pace } from './delivery/pace.ts';
import { ResponseListener } from './delivery/response-listener.ts';
import type { BotParts } from './incoming/bot-context.ts';
import { Access } from './people/access.ts';
import { Directory } from './people/directory.ts';
import { Pairing } from './people/pairing.ts';
import { JobMessages } from './status/job-messages.ts';
import { LiveChats } from './status/live-chats.ts';
import { LiveDrafts } from './status/live-drafts.ts';
import { MessageMarks } from './status/message-marks.ts';
import { restoreStatus } from './status/restored-status.ts';
import { sendPart } from './telegram/send-part.ts';
import { telegramClient } from './telegram/telegram-client.ts';
import { Updates } from './updates/updates.ts';
import { wordsFor } from './words/words.ts';

/** Shorter than Telegram's patience with a webhook: an update that waits is tried anew. */
const PATIENCE_MS = 10_000;

/** The parts of the bot, built by hand; the directory knows everybody when this resolves. */
export async function telegramBot(context: ServiceContext) {
  const { settings, connection, log, logger, health, signal, notice } = context;
  const token = settings.TELEGRAM_BOT_TOKEN;
  if (token === undefined) {
    throw new OrchestratorError('ORC_SETTINGS', 'TELEGRAM_BOT_TOKEN is not set');
  }
  const client = telegramClient(token, settings);
  const { api } = client.bot;
  if (!settings.TELEGRAM_ALLOWED_USERS && !settings.TELEGRAM_ADMIN_USERS) {
    const detail =
      'nobody may talk to the bot: set TELEGRAM_ALLOWED_USERS to your Telegram user id and start again';
    health.report('telegram access', false, detail);
    logger.warn(detail);
    notice(detail);
  }
  const file = await checkpointAt(join(context.paths.snapshots, 'bot.jsonl'), logger);
  const directory = new Directory(log, settings.ORCHESTRATOR_MESSAGE_MODE, { file, logger });
  await directory.start(signal);
  directory.ended.catch(context.fatal);
  const views = new ViewsClient(connection.nc);
  const pace = new Pace();
  const status = new LiveDrafts({
    api,
    elsewhere: new LiveChats({ api, pace, logger }),
    logger,
  });
  const content = new DeliveryContent(log, directory, (agentId) => nameOf(views, agentId));
  const wordsOf = (chatId: string) => wordsFor(directory.member(chatId).language);
  const outbox = new Outbox({
    log,
    logger,
    health,
    pace,
    content: (request, options) => content.of(request, options),
    send: (chatId, part, { perhaps, ...state }) => {
      const mark = perhaps ? wordsOf(chatId).perhapsRepeated : undefined;
      return sendPart(api, directory.presentId(chatId), part, { mark, ...state });
    },
    apology: (chatId, reason) => wordsOf(chatId).notShown(reason),
  });
  const places = new AgentPlaces(log, (chatId) => directory.presentId(chatId));
  const jobs = new JobMessages({
    api,
    log,
    pace,
    logger,
    presentId: (chatId) => directory.presentId(chatId),
    wordsOf,
  });
  const marks = new MessageMarks({ api, logger });
  const listener = new ResponseListener({
    log,
    status,
    marks: settings.TELEGRAM_REACTIONS === 'true' ? marks : { mark() {} },
    logger,
    health,
    places,
    joinedNotice: (chatId, messages) =>
      directory.member(chatId).chosenMode === undefined
        ? wordsOf(chatId).joinedAnswer(messages)
        : undefined,
    isOwnCommand: (commandId) => commandId.startsWith('tg-'),
    jobChanged: (jobId, sequence) => jobs.changed(jobId, sequence),
  });
  const parts: BotParts = {
    log,
    views,
    agentClient: new AgentClient({ log, views, patience: { patienceMs: PATIENCE_MS, signal } }),
    askProject: (verb, request, timeoutMs) => askProject(connection.nc, verb, request, timeoutMs),
    directory,
    access: new Access(settings, directory),
    pairing: new Pairing(),
    wish: agentWish(settings),
    kinds: agentWishes(settings),
    knocked: new Map<string, string>(),
  };
  const show = (place: ChatPlace, turnId: string) =>
    status.restored(place, turnId, wordsOf(place.chatId).goesOn);
  void restoreStatus({ log, views, places, logger, show }, signal);
  return {
    directory,
    status,
    marks,
    jobs,
    deliveries: new Deliveries({ log, listener, outbox, health, jobs }),
    updates: new Updates({ client, connection, parts, settings, logger, health, notice }),
  };
}

/** What an agent is called; its id where the views cannot say: no delivery waits for a name. */
async function nameOf(views: ViewsClient, agentId: string): Promise<string> {
  const options = { timeoutMs: NAME_TIMEOUT_MS };
  const found = await views.request('agent', { agentId }, options).catch(() => undefined);
  return found === undefined ? agentId : shownAgentName(found.agent);
}

const NAME_TIMEOUT_MS = 1_000;
