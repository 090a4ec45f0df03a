/** What a message does while a turn runs: it joins that, waits for its end, or interrupts it. */
export const MESSAGE_MODES = ['join', 'wait', 'interrupt'] as const;

export type MessageMode = (typeof MESSAGE_MODES)[number];

export const DEFAULT_MESSAGE_MODE = 'join' satisfies MessageMode;

/** Undefined for what is none. */
export const messageMode = (text: string): MessageMode | undefined =>
  MESSAGE_MODES.find((mode) => mode === text);
