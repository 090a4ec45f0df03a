import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderInstructions } from '../../schemas/agent-instructions.ts';
import type { AgentFactory } from '../agent-factory.ts';

const SCRIPT = join(import.meta.dirname, 'demo-agent.sh');

/** Where the script is, relative to the agent's home. */
const PLACED = '.demo-agent.sh';

/**
 * The demo agent: a bash program that plays the plan's worked example, so that the whole system
 * can be seen at work without a model. Messages end with NUL: text of several lines stays as it is.
 */
export const demoAgentFactory: AgentFactory = {
  kind: 'demo',
  traits: { whileBusy: 'queue', endOfTurn: 'response' },
  resumesItself: true,
  // The agent starts in its workspace.
  persistentCommand: () => ['bash', `../${PLACED}`],
  // NUL is the frame, and no text needs it: it becomes the symbol for it.
  formatMessageForStdin: (message) => Buffer.from(`${message.replaceAll('\0', '␀')}\0`),
  generateInstructions: (allowedTools, inProject) => [
    {
      path: inProject ? 'AGENTS.md' : 'workspace/AGENTS.md',
      content: renderInstructions(allowedTools),
    },
    { path: PLACED, content: readFileSync(SCRIPT, 'utf8') },
  ],
  requiredEnvironment: () => [],
  readinessProbe: () => ({ wait: 'process' }),
};
