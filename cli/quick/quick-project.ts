import type { QuickTool } from '../../agents/voice/quick-way.ts';
import { isToken } from '../../schemas/ids.ts';
import { isProjectName } from '../agent/project-name.ts';
import { DEFAULT_PAGE, PROJECT_COLUMNS, projectRow } from '../agent/project-page.ts';
import { asciiTable, isAscii } from './ascii-table.ts';

/** Undefined for other characters than the visible ones of ASCII: a terminal may not show all of them. */
function asJson(value: unknown): string | undefined {
  const text = JSON.stringify(value);
  return isAscii(text) ? `${text}\n` : undefined;
}

/** A call of a project's tool whose arguments leave nothing to ask or to complain of. */
export function quickProject([verb, ...args]: readonly string[]): QuickTool | undefined {
  const [first, second = '', ...more] = args;
  const tool = { family: 'tool', tool: 'project' } as const;
  if (verb === 'list' && (first === undefined || (first === '--json' && args.length === 1))) {
    const show = first === undefined ? asTable : asPage;
    // One more than is shown tells whether there are more.
    return { ...tool, verb, input: { limit: DEFAULT_PAGE + 1 }, show };
  }
  if (more.length > 0) return undefined;
  if (verb === 'get' && first === '--id' && isToken(second)) {
    return { ...tool, verb, input: { projectId: second }, show: asJson };
  }
  const isName = isProjectName(second) && !second.startsWith('-') && !second.includes('\uFFFD');
  if (verb === 'create' && first === '--name' && isName) {
    return { ...tool, verb, input: { name: second.trim() }, show: asJson };
  }
  return undefined;
}

/** Undefined where there are more, of which stderr tells. */
function page(value: unknown): unknown[] | undefined {
  return Array.isArray(value) && value.length <= DEFAULT_PAGE ? value : undefined;
}

function asPage(value: unknown): string | undefined {
  const projects = page(value);
  return projects && asJson(projects);
}

function asTable(value: unknown): string | undefined {
  const projects = page(value);
  return projects && asciiTable([PROJECT_COLUMNS, ...projects.map(projectRow)]);
}
