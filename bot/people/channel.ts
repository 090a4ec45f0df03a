/** The channel of every person and delivery of the bot, in subjects and events. */
export const CHANNEL = 'telegram';
