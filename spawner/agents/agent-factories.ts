import type { Settings } from '../../schemas/settings.ts';
import type { AgentFactory } from './agent-factory.ts';
import { demoAgentFactory } from './demo/demo-agent-factory.ts';
import { lineAgentFactory } from './line/line-agent-factory.ts';

export type AgentFactories = ReadonlyMap<string, AgentFactory>;

/** Every kind of agent that this version can start. */
export function agentFactories(settings: Settings): AgentFactories {
  const factories: AgentFactory[] = [
    demoAgentFactory,
    lineAgentFactory({
      framing: settings.ORCHESTRATOR_LINE_FRAMING,
      endOfTurn: settings.ORCHESTRATOR_LINE_TURN_END,
      commandLine: settings.ORCHESTRATOR_LINE_COMMAND,
    }),
  ];
  return new Map(factories.map((factory) => [factory.kind, factory]));
}
