import { join } from 'node:path';
import { renderInstructions } from '../../schemas/agent-instructions.ts';
import type { AgentFactory, AgentOrder } from '../agent-factory.ts';
import type { TextFile } from '../process-file.ts';
import type { AgentLogins } from './agent-logins.ts';
import {
  frameHostMessage,
  HOST_ORDER_FILE,
  type HostOrder,
  type PermissionPolicy,
} from './host-order.ts';

/** What is particular to one CLI; the rest of a hosted agent is the same for all. */
export interface HostedCli {
  /** Takes a message into the running turn; else the next turn begins with it. */
  joins: boolean;
  /** Its instructions file, in the workspace. */
  instructions: string;
  /** The one that it reads in its home, whatever project it works in; relative to the home. */
  ownInstructions: string;
  /** Names of variables that it gets from the system's own environment: keys, endpoints, models. */
  takes: readonly string[];
  /** Program and first arguments, or why there are none. */
  command(order: AgentOrder, policy: PermissionPolicy): HostOrder['command'] | { missing: string };
  /** Its own environment beside `takes`. */
  environment(order: AgentOrder): Record<string, string>;
  /** Its configuration, with the variables that it will have. */
  files(
    order: AgentOrder,
    variables: Readonly<Record<string, string>>,
    policy: PermissionPolicy,
  ): TextFile[];
}

/** What the settings say of the agents of a kind. */
export interface HostedDefaults {
  policy: PermissionPolicy;
  model?: string | undefined;
  effort?: string | undefined;
}

/** More than the host gives its CLI to start, so that the host says why it did not. */
const READY_TIMEOUT_MS = 210_000;

const SECRET_NAME = /KEY|TOKEN|SECRET|PASSWORD/;

/**
 * An agent whose CLI is run by `orchestrator host <kind>`. Everything that its host has to know,
 * keys included, is in a file of its home that only it can read: never in its command line.
 */
export function hostedAgentFactory(
  kind: string,
  cli: HostedCli,
  { policy, model, effort }: HostedDefaults,
  logins: AgentLogins,
): AgentFactory {
  const wished = (order: AgentOrder): AgentOrder => ({
    ...order,
    model: order.model ?? model,
    effort: order.effort ?? effort,
  });
  return {
    kind,
    traits: { whileBusy: cli.joins ? 'join' : 'queue', endOfTurn: 'signal' },
    persistentCommand: (order) => {
      const command = cli.command(wished(order), policy);
      return 'missing' in command
        ? command
        : ['orchestrator', 'host', kind, join(order.secrets, HOST_ORDER_FILE)];
    },
    needs: (order) => {
      const command = cli.command(wished(order), policy);
      return 'missing' in command ? [] : [command[0]];
    },
    resumesItself: true,
    formatMessageForStdin: (message) => Buffer.from(frameHostMessage(message)),
    generateInstructions: (allowedTools, inProject) => [
      {
        path: inProject ? cli.ownInstructions : `workspace/${cli.instructions}`,
        content: renderInstructions(allowedTools),
      },
    ],
    files: async (asked) => {
      const order = wished(asked);
      const login = await logins.of(kind, cli.takes, order.owner);
      const own = cli.files(order, login.variables, policy);
      return [...login.over(own), hostOrderFile(cli, order, policy, login.variables)];
    },
    requiredEnvironment: () => [],
    readinessProbe: () => ({ wait: 'signal', timeoutMs: READY_TIMEOUT_MS }),
  };
}

function hostOrderFile(
  cli: HostedCli,
  order: AgentOrder,
  policy: PermissionPolicy,
  variables: Readonly<Record<string, string>>,
): TextFile {
  const command = cli.command(order, policy);
  if ('missing' in command) throw new Error(command.missing);
  const isSecret = ([name]: [string, string]) => SECRET_NAME.test(name);
  const all = Object.entries(variables);
  const content: HostOrder = {
    command,
    environment: {
      ...cli.environment(order),
      ...Object.fromEntries(all.filter((pair) => !isSecret(pair))),
    },
    secrets: Object.fromEntries(all.filter(isSecret)),
    permissions: policy,
    ...(order.resumes && { resumes: order.resumes }),
  };
  return { path: HOST_ORDER_FILE, content: JSON.stringify(content), mode: 0o400, secret: true };
}
