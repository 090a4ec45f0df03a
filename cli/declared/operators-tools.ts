import { loadSettings } from '../../agents/load-settings.ts';
import { dataPaths } from '../../platform/service/data-paths.ts';
import { readTools } from '../../platform/service/tool-files.ts';
import type { DeclaredTool } from '../../schemas/declared-tool.ts';
import { declaredTool } from '../../schemas/tool-declaration.ts';

/** Those of the operator's folder. Throws ORC_TOOLS and ORC_SETTINGS. */
export async function operatorsTools(env: NodeJS.ProcessEnv): Promise<DeclaredTool[]> {
  const settings = loadSettings(env);
  const folder = settings.ORCHESTRATOR_TOOLS_DIR ?? dataPaths(settings.ORCHESTRATOR_DATA_DIR).tools;
  return (await readTools(folder)).map(declaredTool);
}
