/** What a chat is told of a job. */
export interface JobWords {
  yes: string;
  no: string;
  cancel: string;
  /** `tool`: its name. */
  asked: (tool: string) => string;
  working: (tool: string) => string;
  completed: (tool: string) => string;
  failed: (tool: string) => string;
  cancelled: (tool: string) => string;
  /** Over the list of a person's jobs, and where there are none. */
  title: string;
  none: string;
  cancelling: string;
}
