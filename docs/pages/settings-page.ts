import type { z } from 'zod';
import { SETTINGS } from '../../agents/load-settings.ts';
import { settingReaders } from '../../agents/setting-readers.ts';
import { markdownTable } from './markdown-table.ts';

/** `docs/settings.md`, from the one schema that also reads them. */
export function settingsPage(): string {
  const readers = settingReaders();
  const rows = Object.entries(SETTINGS).map(([name, schema]) => [
    `\`${name}\``,
    fallback(schema),
    schema.description ?? '',
    readers.get(name)?.join(', ') || '–',
  ]);
  return `# Settings

Environment variables. An empty value counts as unset. Durations read \`90s\`, \`30m\`, \`2h\`, \`1h30m\`.
*Read by*: \`start\` is \`npm start\`, whose services all have its environment; \`streams\` is
\`orchestrator init streams\`; \`command\` is an operator’s command in a system that runs; the rest are services.
A wrong value stops the start with the setting, the value and what is allowed, all wrong ones at once.

${markdownTable(['setting', 'default', 'meaning', 'read by'], rows)}
`;
}

/** What the raw schema fills in for an unset value, before it is converted. */
function fallback(schema: z.ZodType): string {
  let current: unknown = schema;
  for (let depth = 0; depth < 5; depth += 1) {
    const definition = definitionOf(current);
    if (definition?.type === 'default') return `\`${String(definition.defaultValue)}\``;
    current = definition?.innerType ?? definition?.in;
  }
  return 'unset';
}

interface Definition {
  type: string;
  defaultValue?: unknown;
  innerType?: unknown;
  in?: unknown;
}

// zod keeps a schema's definition under `def`; its public types do not narrow it by kind.
const definitionOf = (schema: unknown): Definition | undefined =>
  (schema as { def?: Definition } | undefined)?.def;
