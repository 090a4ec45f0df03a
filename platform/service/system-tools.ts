import { resolve } from 'node:path';
import { defaultTools } from '../../schemas/default-tools.ts';
import type { ServerDeclaration } from '../../schemas/server-declaration.ts';
import type { Settings } from '../../schemas/settings.ts';
import type { ToolDeclaration } from '../../schemas/tool-declaration.ts';
import type { DataPaths } from './data-paths.ts';
import { readServers } from './server-file.ts';
import { readTools } from './tool-files.ts';

export interface SystemTools {
  tools: ToolDeclaration[];
  servers: ServerDeclaration[];
  /** Of the declarations: relative programs are found from here. */
  folder: string;
}

/**
 * What a system lets its agents do: the tools that an operator has declared, and of those that are there
 * by themselves the ones that no declaration takes the place of. Throws ORC_TOOLS.
 */
export async function systemTools(
  { ORCHESTRATOR_TOOLS_DIR }: Settings,
  paths: Pick<DataPaths, 'tools' | 'servers'>,
): Promise<SystemTools> {
  const folder = resolve(ORCHESTRATOR_TOOLS_DIR ?? paths.tools);
  const [declared, servers] = await Promise.all([readTools(folder), readServers(paths.servers)]);
  const names = new Set(declared.map(({ name }) => name));
  const others = defaultTools(servers).filter(({ name }) => !names.has(name));
  return { tools: [...others, ...declared], servers, folder };
}
