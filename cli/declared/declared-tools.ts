import { readFileSync } from 'node:fs';
import type { CommandClass } from 'clipanion';
import type { DeclaredTool } from '../../schemas/declared-tool.ts';

type Environment = Record<string, string | undefined>;

/**
 * The tools that are declared: inside an agent by the file that its spawner gave it, else by the
 * operator's folder. Throws ORC_TOOLS and ORC_SETTINGS there.
 */
export async function declaredTools(env: Environment): Promise<DeclaredTool[]> {
  const file = env.ORCHESTRATOR_TOOLS_FILE;
  // As the spawner wrote it (`AgentEnvironment`); without zod, since an agent waits for this.
  if (file) return JSON.parse(readFileSync(file, 'utf8')) as DeclaredTool[];
  if (env.ORCHESTRATOR_AGENT_ID) return [];
  const { operatorsTools } = await import('./operators-tools.ts');
  return operatorsTools(env);
}

/** The commands of declared tools, as clipanion has commands. */
export async function declaredCommands(env: Environment): Promise<CommandClass[]> {
  const tools = await declaredTools(env);
  if (tools.length === 0) return [];
  const { declaredCommand } = await import('./declared-command.ts');
  return tools.flatMap((tool) => tool.verbs.map((verb) => declaredCommand(tool, verb)));
}
