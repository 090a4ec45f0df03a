import { z } from 'zod';
import { EVENT_CATALOGUE } from '../../schemas/event-catalogue.ts';
import { subjectPattern } from '../../schemas/subject-pattern.ts';
import { markdownTable } from './markdown-table.ts';

/** `docs/events.md`, from the catalogue that every reader validates with. */
export function eventsPage(): string {
  const rows = Object.entries(EVENT_CATALOGUE).map(([type, schema]) => [
    `\`${type}\``,
    `\`${subjectPattern(type)}\``,
    fields(schema),
  ]);
  return `# Events

CloudEvents 1.0 in binary mode on the stream EVENTS: attributes in \`ce-*\` headers, data as JSON in the
payload. Log lines are raw bytes on the stream LOGS, \`agents.<agentId>.log.stdout|stderr\`. Unknown
types and fields are tolerated; what does not parse goes to EVENTS_DLQ with the reason.

What an agent says (\`response\`, \`tool\`, \`turn.signalled\`, \`turn.ready\`) has its time from the broker and its
source from its subject, whatever its headers state; its id begins with \`<agentId>_\`. Said after the agent’s
end, or before anybody created it, it goes to EVENTS_DLQ as well, and counts for nobody
([decision 0046](decisions/0046-an-agents-word.md)).

${markdownTable(['type', 'subject', 'data'], rows)}
`;
}

function fields(schema: z.ZodType): string {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  const variants = [json, ...(json.oneOf ?? []), ...(json.anyOf ?? [])];
  const required = new Set(variants.flatMap((variant) => objectOf(variant).required ?? []));
  const names = new Set(
    variants.flatMap((variant) => Object.keys(objectOf(variant).properties ?? {})),
  );
  return [...names].map((name) => `\`${name}${required.has(name) ? '' : '?'}\``).join(' ');
}

const objectOf = (schema: unknown): { properties?: object; required?: string[] } =>
  typeof schema === 'object' && schema !== null ? schema : {};
