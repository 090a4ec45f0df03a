import { AGENT_KINDS } from '../settings.ts';

const OLDER_NAMES: Partial<Record<string, (typeof AGENT_KINDS)[number]>> = {
  'claude-code': 'claude',
  'factory-droid': 'droid',
  'gemini-cli': 'gemini',
};

/** The kind of agent that an older client means; our own names are understood as well. */
export const kindOfOlderName = (name: string): string | undefined =>
  Object.hasOwn(OLDER_NAMES, name) ? OLDER_NAMES[name] : AGENT_KINDS.find((kind) => kind === name);
