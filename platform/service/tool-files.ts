import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OrchestratorError } from '../../schemas/errors.ts';
import { isSystemError } from '../../schemas/system-error.ts';
import {
  inputValidator,
  type ToolDeclaration,
  toolDeclaration,
} from '../../schemas/tool-declaration.ts';

/**
 * The tools that an operator has declared: every `*.json` of a folder, in the order of their names. None
 * where there is no such folder. Throws ORC_TOOLS that names every mistake of every file at once.
 */
export async function readTools(folder: string): Promise<ToolDeclaration[]> {
  const files = (await namesIn(folder)).filter((name) => name.endsWith('.json')).sort();
  const read = await Promise.all(files.map((file) => readTool(folder, file)));
  const tools = read.flatMap(({ tool }) => (tool ? [tool] : []));
  const problems = [...read.flatMap((one) => one.problems), ...twice(tools)];
  if (problems.length === 0) return tools;
  throw new OrchestratorError('ORC_TOOLS', `In ${folder}: ${problems.join('; ')}`);
}

async function readTool(
  folder: string,
  file: string,
): Promise<{ tool?: ToolDeclaration; problems: string[] }> {
  try {
    const parsed = toolDeclaration.safeParse(
      JSON.parse(await readFile(join(folder, file), 'utf8')),
    );
    if (!parsed.success) {
      const problems = parsed.error.issues.map(
        ({ path, message }) => `${file}: ${path.length > 0 ? `${path.join('.')}: ` : ''}${message}`,
      );
      return { problems };
    }
    // Every combination of its words is one that the validator knows.
    inputValidator(parsed.data);
    return { tool: parsed.data, problems: [] };
  } catch (error) {
    return { problems: [`${file}: ${error instanceof Error ? error.message : error}`] };
  }
}

function twice(tools: readonly ToolDeclaration[]): string[] {
  const names = tools.map(({ name }) => name);
  const repeated = new Set(names.filter((name, at) => names.indexOf(name) !== at));
  return [...repeated].map((name) => `${name} is declared twice`);
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return [];
    throw new OrchestratorError('ORC_TOOLS', `${folder} cannot be read`, { cause: error });
  }
}
