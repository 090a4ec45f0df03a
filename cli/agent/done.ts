/** What stderr says when a response is stored. */
export const DONE = {
  answer: 'Answer sent',
  question: 'Question sent to the user',
  progress: 'Progress sent',
} as const;

export type ResponseName = keyof typeof DONE;
