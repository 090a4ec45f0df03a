import type { Message } from 'grammy/types';

/**
 * What something in a message is to an agent. `written`: text. `file`: a file. `described`: what is told in words, since it
 * is neither. `foreign`: what a person sent and the bot cannot pass on, which it says. `service`: Telegram's own note of
 * what happened in the chat; nobody says anything by it.
 */
export type Content = 'written' | 'file' | 'described' | 'foreign' | 'service';

/** What stands around the content: who, when, where, in reply to what, and how it is shown. */
type Envelope =
  | `${'sender' | 'guest' | 'business' | 'reply' | 'external' | 'paid_star'}_${string}`
  | `${string}_entities`
  | 'author_signature'
  | 'chat'
  | 'date'
  | 'direct_messages_topic'
  | 'edit_date'
  | 'effect_id'
  | 'entities'
  | 'ephemeral_message_id'
  | 'forward_origin'
  | 'from'
  | 'has_media_spoiler'
  | 'has_protected_content'
  | 'is_automatic_forward'
  | 'is_from_offline'
  | 'is_paid_post'
  | 'is_topic_message'
  | 'link_preview_options'
  | 'media_group_id'
  | 'message_id'
  | 'message_thread_id'
  | 'quote'
  | 'receiver_user'
  | 'show_caption_above_media'
  | 'via_bot';

type ContentKey = Exclude<keyof Message, Envelope>;

/**
 * Each content that grammY knows (Bot API, Message). A new one is an error of the compiler here, so that nothing
 * that people send is dropped because nobody thought of it.
 */
export const MESSAGE_CONTENT = {
  text: 'written',
  caption: 'written',
  animation: 'file',
  audio: 'file',
  document: 'file',
  live_photo: 'file',
  photo: 'file',
  video: 'file',
  video_note: 'file',
  voice: 'file',
  checklist: 'described',
  contact: 'described',
  dice: 'described',
  location: 'described',
  poll: 'described',
  rich_message: 'described',
  sticker: 'described',
  venue: 'described',
  game: 'foreign',
  giveaway: 'foreign',
  giveaway_winners: 'foreign',
  invoice: 'foreign',
  paid_media: 'foreign',
  passport_data: 'foreign',
  story: 'foreign',
  web_app_data: 'foreign',
  users_shared: 'foreign',
  chat_shared: 'foreign',
  boost_added: 'service',
  channel_chat_created: 'service',
  chat_background_set: 'service',
  chat_owner_changed: 'service',
  chat_owner_left: 'service',
  checklist_tasks_added: 'service',
  checklist_tasks_done: 'service',
  community_chat_added: 'service',
  community_chat_joined: 'service',
  community_chat_removed: 'service',
  connected_website: 'service',
  delete_chat_photo: 'service',
  direct_message_price_changed: 'service',
  forum_topic_closed: 'service',
  forum_topic_created: 'service',
  forum_topic_edited: 'service',
  forum_topic_reopened: 'service',
  general_forum_topic_hidden: 'service',
  general_forum_topic_unhidden: 'service',
  gift: 'service',
  gift_upgrade_sent: 'service',
  giveaway_completed: 'service',
  giveaway_created: 'service',
  group_chat_created: 'service',
  left_chat_member: 'service',
  managed_bot_created: 'service',
  message_auto_delete_timer_changed: 'service',
  migrate_from_chat_id: 'service',
  migrate_to_chat_id: 'service',
  new_chat_members: 'service',
  new_chat_photo: 'service',
  new_chat_title: 'service',
  paid_message_price_changed: 'service',
  pinned_message: 'service',
  poll_option_added: 'service',
  poll_option_deleted: 'service',
  proximity_alert_triggered: 'service',
  refunded_payment: 'service',
  successful_payment: 'service',
  suggested_post_approval_failed: 'service',
  suggested_post_approved: 'service',
  suggested_post_declined: 'service',
  suggested_post_info: 'service',
  suggested_post_paid: 'service',
  suggested_post_refunded: 'service',
  supergroup_chat_created: 'service',
  unique_gift: 'service',
  video_chat_ended: 'service',
  video_chat_participants_invited: 'service',
  video_chat_scheduled: 'service',
  video_chat_started: 'service',
  write_access_allowed: 'service',
} as const satisfies Record<ContentKey, Content>;
