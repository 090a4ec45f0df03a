import { renderInstructions } from '../../schemas/agent-instructions.ts';
import type { AgentFactory } from '../agent-factory.ts';

/** How a message is framed on a line agent's stdin (ORCHESTRATOR_LINE_FRAMING). */
export type LineFraming = 'line' | 'nul' | 'json';

const escapeLine = (message: string): string =>
  message.replaceAll('\\', '\\\\').replaceAll('\r', '\\r').replaceAll('\n', '\\n');

const FRAMES: Record<LineFraming, (message: string) => string> = {
  line: (message) => `${escapeLine(message)}\n`,
  nul: (message) => `${message.replaceAll('\0', '␀')}\0`,
  json: (message) => `${JSON.stringify({ text: message })}\n`,
};

/**
 * Any program that reads messages from stdin and answers by `orchestrator`: a command line from
 * configuration, run by bash.
 */
export function lineAgentFactory(options: {
  framing: LineFraming;
  endOfTurn: 'response' | 'signal';
  /** Where a `create` brings no command line of its own. */
  commandLine?: string | undefined;
}): AgentFactory {
  return {
    kind: 'line',
    traits: { whileBusy: 'queue', endOfTurn: options.endOfTurn },
    persistentCommand: (order) => {
      const commandLine = order.commandLine ?? options.commandLine;
      if (commandLine === undefined) return { missing: 'ORCHESTRATOR_LINE_COMMAND is not set' };
      return ['bash', '-c', commandLine];
    },
    formatMessageForStdin: (message) => Buffer.from(FRAMES[options.framing](message)),
    generateInstructions: (allowedTools, declared) => [
      { path: 'workspace/AGENTS.md', content: renderInstructions(allowedTools, declared) },
    ],
    requiredEnvironment: () => [],
    readinessProbe: () => ({ wait: 'process' }),
  };
}
