/** What an agent states by itself, by the name of its address `/tools/<name>`, and as which event. */
export const STATING_TOOLS = {
  answer: 'response.answer',
  respond: 'response.answer',
  ask: 'response.question',
  progress: 'response.progress',
  ready: 'turn.ready',
  'turn.end': 'turn.signalled',
} as const;

export type StatingTool = keyof typeof STATING_TOOLS;

export const isStatingTool = (name: string): name is StatingTool =>
  Object.hasOwn(STATING_TOOLS, name);

/** The address of what becomes an event of this type. */
export const statingToolOf = (type: string): string =>
  Object.entries(STATING_TOOLS).find(([, stated]) => stated === type)?.[0] ?? type;
