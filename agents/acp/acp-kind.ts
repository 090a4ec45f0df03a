import type { HostedCli } from '../host/hosted-agent-factory.ts';
import type { TextFile } from '../process-file.ts';

export interface AcpCliOptions {
  /** Run by bash, where a `create` brings no command line of its own. */
  commandLine: string | undefined;
  takes: readonly string[];
  /** Its configuration: files of its home. */
  files: readonly TextFile[];
}

/** Any agent that speaks the Agent Client Protocol: a command line from configuration. */
export const acpCli = (options: AcpCliOptions): HostedCli => ({
  kind: 'acp',
  joins: false,
  instructions: 'AGENTS.md',
  takes: options.takes,
  command: (order) => {
    const commandLine = order.commandLine ?? options.commandLine;
    if (commandLine === undefined) return { missing: 'ORCHESTRATOR_ACP_COMMAND is not set' };
    return ['bash', '-c', commandLine];
  },
  environment: () => ({}),
  files: () => [...options.files],
});
