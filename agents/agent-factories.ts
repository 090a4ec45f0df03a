import { join } from 'node:path';
import type { Settings } from '../schemas/settings.ts';
import { acpCli } from './acp/acp-kind.ts';
import type { AgentFactory } from './agent-factory.ts';
import { claudeCli } from './claude/claude-kind.ts';
import { codexCli } from './codex/codex-kind.ts';
import { demoAgentFactory } from './demo/demo-agent-factory.ts';
import { droidCli } from './droid/droid-kind.ts';
import { geminiCli } from './gemini/gemini-kind.ts';
import { AgentLogins, filesIn } from './host/agent-logins.ts';
import { hostedAgentFactory } from './host/hosted-agent-factory.ts';
import { lineAgentFactory } from './line/line-agent-factory.ts';

export type AgentFactories = ReadonlyMap<string, AgentFactory>;

/** Every kind of agent that this version can start; `own` is the system's own environment. */
export async function agentFactories(
  settings: Settings,
  own: NodeJS.ProcessEnv,
): Promise<AgentFactories> {
  const folder =
    settings.ORCHESTRATOR_CREDENTIALS_DIR ?? join(settings.ORCHESTRATOR_DATA_DIR, 'credentials');
  const logins = new AgentLogins({ folder, own });
  const acpFiles = settings.ORCHESTRATOR_ACP_FILES;
  const acp = acpCli({
    commandLine: settings.ORCHESTRATOR_ACP_COMMAND,
    takes: settings.ORCHESTRATOR_ACP_ENVIRONMENT ?? [],
    files: acpFiles === undefined ? [] : ((await filesIn(acpFiles)) ?? []),
  });
  const factories: AgentFactory[] = [
    demoAgentFactory,
    lineAgentFactory({
      framing: settings.ORCHESTRATOR_LINE_FRAMING,
      endOfTurn: settings.ORCHESTRATOR_LINE_TURN_END,
      commandLine: settings.ORCHESTRATOR_LINE_COMMAND,
    }),
    hostedAgentFactory(claudeCli, settings.ORCHESTRATOR_CLAUDE_PERMISSIONS, logins),
    hostedAgentFactory(codexCli, settings.ORCHESTRATOR_CODEX_PERMISSIONS, logins),
    hostedAgentFactory(geminiCli, settings.ORCHESTRATOR_GEMINI_PERMISSIONS, logins),
    hostedAgentFactory(
      droidCli(settings.ORCHESTRATOR_DROID_MODEL),
      settings.ORCHESTRATOR_DROID_PERMISSIONS,
      logins,
    ),
    hostedAgentFactory(acp, settings.ORCHESTRATOR_ACP_PERMISSIONS, logins),
  ];
  return new Map(factories.map((factory) => [factory.kind, factory]));
}
