import type { Update } from 'grammy/types';

export type UpdateKind = Exclude<keyof Update, 'update_id'>;

/** Whether the bot asks Telegram for a kind of update, and what it does with it or why it wants none, in a line. */
export interface UpdateUse {
  isTaken: boolean;
  how: string;
}

const taken = (how: string): UpdateUse => ({ isTaken: true, how });
const left = (how: string): UpdateUse => ({ isTaken: false, how });

const CHANNELS = 'agents are for people and groups; in a channel nobody is known by name';
const BUSINESS = 'the bot speaks for nobody but itself';
const MONEY = 'the bot sells nothing';
const MEMBERS = 'who may talk is told by the settings and `/allow`';
const BOOSTS = 'a chat’s boosts change nothing here';

/** Each kind that grammY knows (Bot API, Update); a new one is an error of the compiler here. */
export const UPDATE_KINDS: Record<UpdateKind, UpdateUse> = {
  message: taken(
    'a message to the agent, a command, or an answer to a question, by what it holds (below)',
  ),
  edited_message: taken('a correction for the agent (✏️), where text or file has changed'),
  callback_query: taken('a press of a button: an answer, a choice, a cancellation'),
  channel_post: left(CHANNELS),
  edited_channel_post: left(CHANNELS),
  business_connection: left(BUSINESS),
  business_message: left(BUSINESS),
  edited_business_message: left(BUSINESS),
  deleted_business_messages: left(BUSINESS),
  guest_message: left('who asks from a chat where the bot is not a member has no agent there'),
  stopped_message_generation: taken('the button below what the agent is doing: `/interrupt`'),
  message_reaction: left('a reaction is no message; nothing is done by it'),
  message_reaction_count: left('a reaction is no message; nothing is done by it'),
  inline_query: left('the bot has no inline mode'),
  chosen_inline_result: left('the bot has no inline mode'),
  shipping_query: left(MONEY),
  pre_checkout_query: left(MONEY),
  purchased_paid_media: left(MONEY),
  subscription: left(MONEY),
  poll: left('a question of an agent has buttons; the bot makes no polls'),
  poll_answer: left('a question of an agent has buttons; the bot makes no polls'),
  my_chat_member: left('a bot that was removed learns it by its next delivery'),
  chat_member: left(MEMBERS),
  chat_join_request: left(MEMBERS),
  chat_boost: left(BOOSTS),
  removed_chat_boost: left(BOOSTS),
  managed_bot: left('the bot manages no other bots'),
};

/** What the bot wants to hear of (`allowed_updates`); everything else Telegram keeps to itself. */
export const ALLOWED_UPDATES = (Object.keys(UPDATE_KINDS) as UpdateKind[]) // its own keys
  .filter((kind) => UPDATE_KINDS[kind].isTaken);
