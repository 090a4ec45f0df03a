/** What an agent is told that a person has sent, where that is neither a text nor a file. */
export interface SentWords {
  sticker: string;
  location: string;
  movingLocation: string;
  contact: string;
  poll: string;
  quiz: string;
  dice: string;
  checklist: string;
}
