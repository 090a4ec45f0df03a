import type { Message } from 'grammy/types';

/** A file that a person sent, as Telegram knows it. */
export interface Attachment {
  /** By which the bot can fetch it. */
  fileId: string;
  /** As its sender calls it, or what it is. */
  name: string;
  /** Bytes, where Telegram says so. */
  size?: number | undefined;
  /** The same for the same file, always; by it nothing can be fetched. */
  uniqueId: string;
}

/** What of a file's message counts here; also of one that is replied to in another chat. */
export type Attached = Pick<
  Message,
  'document' | 'photo' | 'audio' | 'video' | 'voice' | 'animation' | 'video_note'
>;

interface File {
  file_id: string;
  file_unique_id: string;
  file_size?: number;
}

/** The one file of a message, if it has one: of a photo the largest size. Pure. */
export function attachmentOf(message: Attached): Attachment | undefined {
  const { document, photo, audio, video, voice, animation, video_note: note } = message;
  const largest = photo?.at(-1);
  if (largest !== undefined) return named(largest, 'photo.jpg');
  // A document stands beside an animation, and is the same file.
  if (animation !== undefined) return named(animation, animation.file_name ?? 'animation.mp4');
  if (document !== undefined) return named(document, document.file_name ?? 'document');
  if (video !== undefined) return named(video, video.file_name ?? 'video.mp4');
  if (audio !== undefined) return named(audio, audio.file_name ?? 'audio.mp3');
  if (voice !== undefined) return named(voice, 'voice.ogg');
  return note && named(note, 'video.mp4');
}

const named = ({ file_id, file_unique_id, file_size }: File, name: string): Attachment => ({
  fileId: file_id,
  uniqueId: file_unique_id,
  name,
  ...(file_size !== undefined && { size: file_size }),
});
