import type { AgentKind } from './agent-kind.ts';
import * as registry from './kinds.ts';

/** Every kind of agent that this version knows, by name. */
export const AGENT_KINDS: readonly AgentKind[] = Object.values(registry).sort((a, b) =>
  a.name < b.name ? -1 : 1,
);

export const KIND_NAMES: readonly string[] = AGENT_KINDS.map(({ name }) => name);

export const kindOf = (name: string): AgentKind | undefined =>
  AGENT_KINDS.find((kind) => kind.name === name);

/** The kind that an older client means; our own names are understood as well. */
export const kindOfOlderName = (name: string): AgentKind | undefined =>
  AGENT_KINDS.find(({ olderName }) => olderName === name) ?? kindOf(name);
