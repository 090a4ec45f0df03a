import { z } from 'zod';
import { agentKind } from '../agent-kind.ts';
import { lineAgentFactory } from './line-agent-factory.ts';

/** Any program that reads messages from stdin: see {@link lineAgentFactory}. */
export const line = agentKind({
  name: 'line',
  title: 'line',
  settings: {
    ORCHESTRATOR_LINE_COMMAND: z
      .string()
      .optional()
      .describe('The command line of a `line` agent, run by `bash -c`.'),
    ORCHESTRATOR_LINE_FRAMING: z
      .enum(['line', 'nul', 'json'], 'one of line, nul, json')
      .default('line')
      .describe(
        'How a message is framed on the stdin of a `line` agent: `line` (one line, line breaks and backslashes escaped as \\n and \\\\), `nul` (bytes as they are, ended by NUL), `json` (one JSON object a line).',
      ),
    ORCHESTRATOR_LINE_TURN_END: z
      .enum(['response', 'signal'], 'one of response, signal')
      .default('response')
      .describe(
        'What ends a turn of a `line` agent: its answer or question (`response`), or its `orchestrator turn end` (`signal`).',
      ),
  },
  wants: 'ORCHESTRATOR_LINE_COMMAND',
  commandLine: (own) => own.ORCHESTRATOR_LINE_COMMAND,
  factory: (own) =>
    lineAgentFactory({
      framing: own.ORCHESTRATOR_LINE_FRAMING,
      endOfTurn: own.ORCHESTRATOR_LINE_TURN_END,
      commandLine: own.ORCHESTRATOR_LINE_COMMAND,
    }),
});
