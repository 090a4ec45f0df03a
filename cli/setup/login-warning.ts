import type { AgentKind } from '../../agents/agent-kind.ts';

/** What whoever shares a login with agents has to know. */
export const loginWarning = ({ title, name }: AgentKind): string =>
  `Agents have a copy of your own login of ${title} now. Each side renews it by itself, which may log the ` +
  `other out; for long use give them a login of their own (a key, or \`${name}\` logged in again).`;
