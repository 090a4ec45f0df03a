import { agentKind } from '../agent-kind.ts';
import { demoAgentFactory } from './demo-agent-factory.ts';

/** The demo agent: see {@link demoAgentFactory}. */
export const demo = agentKind({
  name: 'demo',
  title: 'demo',
  settings: {},
  factory: () => demoAgentFactory,
});
