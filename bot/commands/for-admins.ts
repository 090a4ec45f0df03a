import { noticeIdOf } from '../delivery/delivery-ids.ts';
import { requestDelivery } from '../delivery/ledger.ts';
import type { BotParts } from '../incoming/bot-context.ts';
import { PAIRING_MS } from '../people/pairing.ts';
import type { BotCommand } from './bot-command.ts';

const MINUTE_MS = 60_000;

/** `/users`: who may talk, and who tried. */
export const users: BotCommand = async ({ incoming }, { access, directory, knocked }) => {
  const { words, reply } = incoming;
  const line = (id: string, name = '') => `- \`${id}\` ${name}`.trimEnd();
  const mayTalk = access
    .everybody()
    .map((id) => `${line(id, directory.member(id).name)}${access.isAdmin(id) ? ' ★' : ''}`);
  const refused = [...knocked].filter(([id]) => !access.isAllowed(id));
  const tried = refused.length === 0 ? [] : ['', words.knocked, ''];
  const names = refused.map(([id, name]) => line(id, name));
  await reply('users', [words.usersTitle, '', ...mayTalk, ...tried, ...names].join('\n'));
};

const ID = /^-?\d{1,20}$/;

/** `/allow <id>`; in a group without an id: the group. */
export const allow: BotCommand = async ({ incoming }, { directory, knocked }, argument) => {
  const { words, reply, chatId, isGroup, userId } = incoming;
  const who = argument === '' && isGroup ? chatId : argument;
  if (!ID.test(who)) return reply('allow', words.usage('/allow <id>'));
  const by = { channel: incoming.person.channel, userId };
  await directory.state('user.allowed', who, { by }, incoming.id);
  knocked.delete(who);
  await reply('allow', words.allowed(who));
};

/** `/pair`: a code that lets in whoever brings it, once. */
export const pair: BotCommand = async ({ incoming, me }, { pairing }) => {
  const { words, reply, userId } = incoming;
  const code = pairing.offer(userId);
  const link = `https://t.me/${me.username}?start=${code}`;
  await reply('pair', words.pairingCode(code, link, PAIRING_MS / MINUTE_MS));
};

export const deny: BotCommand = async ({ incoming }, { access, directory }, argument) => {
  const { words, reply, chatId, isGroup, userId } = incoming;
  const who = argument === '' && isGroup ? chatId : argument;
  if (!ID.test(who)) return reply('deny', words.usage('/deny <id>'));
  if (access.isAdmin(who)) return reply('deny', words.cannotDeny);
  const by = { channel: incoming.person.channel, userId };
  await reply('deny', words.denied(who));
  await directory.state('user.denied', who, { by }, incoming.id);
};

/** `/broadcast <text>`: to everybody who may talk. Each gets it once, whatever happens meanwhile. */
export const broadcast: BotCommand = async ({ incoming }, parts, argument) => {
  const { words, reply } = incoming;
  if (argument === '') return reply('broadcast', words.usage('/broadcast <text>'));
  const everybody = parts.access.everybody();
  for (const chatId of everybody) await say(parts, chatId, argument, incoming.id);
  await reply('broadcast', words.broadcastSent(everybody.length));
};

const say = ({ log }: BotParts, chatId: string, text: string, id: string) =>
  requestDelivery(
    log,
    noticeIdOf(id, `to${chatId}`),
    { chatId, text },
    { correlationId: id, causationId: id },
  );
