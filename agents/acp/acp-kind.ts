import { z } from 'zod';
import { tokenList } from '../../schemas/settings.ts';
import { filesIn } from '../host/agent-logins.ts';
import { hostedKind } from '../host/hosted-kind.ts';
import { startAcp } from './start-acp.ts';

/** Any agent that speaks the Agent Client Protocol: a command line from configuration. */
export const acp = hostedKind({
  name: 'acp',
  title: 'any ACP agent',
  settings: {
    ORCHESTRATOR_ACP_COMMAND: z
      .string()
      .optional()
      .describe(
        'The command line of an `acp` agent, run by `bash -c`: a program that speaks the Agent Client Protocol on its stdin and stdout.',
      ),
    ORCHESTRATOR_ACP_ENVIRONMENT: tokenList
      .optional()
      .describe(
        'Names of environment variables that an `acp` agent gets from the system’s own environment, separated by commas.',
      ),
    ORCHESTRATOR_ACP_FILES: z
      .string()
      .optional()
      .describe(
        'A folder whose files are copied into the home of an `acp` agent before it starts: its configuration.',
      ),
  },
  wants: 'ORCHESTRATOR_ACP_COMMAND',
  driver: startAcp,
  hosted: async (own) => {
    const folder = own.ORCHESTRATOR_ACP_FILES;
    const files = folder === undefined ? [] : ((await filesIn(folder)) ?? []);
    return {
      joins: false,
      instructions: 'AGENTS.md',
      ownInstructions: '.config/opencode/AGENTS.md',
      takes: own.ORCHESTRATOR_ACP_ENVIRONMENT ?? [],
      command: (order) => {
        const commandLine = order.commandLine ?? own.ORCHESTRATOR_ACP_COMMAND;
        if (commandLine === undefined) return { missing: 'ORCHESTRATOR_ACP_COMMAND is not set' };
        return ['bash', '-c', commandLine];
      },
      environment: () => ({}),
      files: () => [...files],
    };
  },
});
