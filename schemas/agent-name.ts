const MAX_NAME = 40;

/**
 * What an agent may be called: 1 to 40 letters, digits and ` . _ · -`, beginning with a letter or a
 * digit, and not as ids do (`agent-`), so that a mistyped id is no name. It stands in commands, tables and chats as it is.
 */
const NAME = /^[\p{L}\p{N}][\p{L}\p{N}\p{M} ._\u00b7-]*$/u;

export const NO_AGENT_NAME =
  'a name is 1 to 40 letters, digits, spaces or . _ · - and begins with a letter or digit';

export const isAgentName = (text: string): boolean =>
  text.length <= MAX_NAME && NAME.test(text) && text === text.trim() && !/^agent-/i.test(text);

/** As typed: spaces around it, and several within it, are none of a name. */
export const tidyAgentName = (text: string): string =>
  text.normalize('NFC').trim().replaceAll(/\s+/g, ' ');

/** Two names that people would take for one are one. */
export const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** The name of an agent that nobody has named: its kind, and a number where that is taken. */
export function defaultAgentName(kind: string, taken: readonly string[]): string {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? kind : `${kind} ${number}`;
    if (!taken.some((each) => sameName(each, name))) return name;
  }
}

const isDefaultName = (name: string, kind: string): boolean =>
  name === kind || (name.startsWith(`${kind} `) && /^\d+$/.test(name.slice(kind.length + 1)));

/**
 * The names that an agent goes by: the first is shown, each finds it. One that nobody has named goes by its
 * project too; one of an older version, or of a client that gives no names, by kind and end of its id.
 */
export function agentNames(
  { agentId, kind, name }: { agentId: string; kind: string; name?: string | undefined },
  project: string | undefined,
): [string, ...string[]] {
  const own = name ?? `${kind} ${agentId.slice(-4)}`;
  const isNamed = name !== undefined && !isDefaultName(name, kind);
  const of = project === undefined ? '' : asName(project);
  return of === '' || isNamed ? [own] : [`${of} · ${own}`, own];
}

/** Of what an agent has called its project, as much as may be in a name. */
const asName = (project: string): string =>
  tidyAgentName(project.replaceAll(/[^\p{L}\p{N}\p{M} ._-]/gu, '')).slice(0, MAX_NAME);
