import { loadSettings } from '../../agents/load-settings.ts';
import { dataPaths } from '../../platform/service/data-paths.ts';
import { systemTools } from '../../platform/service/system-tools.ts';
import type { DeclaredTool } from '../../schemas/declared-tool.ts';
import { declaredTool } from '../../schemas/tool-declaration.ts';

/** Those of the operator's system. Throws ORC_TOOLS and ORC_SETTINGS. */
export async function operatorsTools(env: NodeJS.ProcessEnv): Promise<DeclaredTool[]> {
  const settings = loadSettings(env);
  const { tools } = await systemTools(settings, dataPaths(settings.ORCHESTRATOR_DATA_DIR));
  return tools.map(declaredTool);
}
