import type { z } from 'zod';
import type { Settings } from '../schemas/settings.ts';
import type { AgentFactory } from './agent-factory.ts';
import type { AgentLogins } from './host/agent-logins.ts';
import type { StartDriver } from './host/driver.ts';
import type { LoginFile } from './host/login-file.ts';
import type { KindModels } from './kind-models.ts';

/** The npm package of a CLI, in the version that the conformance suite holds it in. */
export interface CliPackage {
  package: string;
  version: string;
  /** Whether its install script has to run. */
  installs?: true;
}

/** A call that costs nothing and that the provider answers for a key that is good. */
export interface KeyCheck {
  /** The one of `variables` that is such a key. */
  readonly variable: string;
  /** Where the provider is, and the variable that says where else. */
  readonly base: string;
  readonly baseVariable?: string;
  /** Behind that. */
  readonly path: string;
  headers(key: string): Record<string, string>;
}

/** How a CLI logs in at its model. */
export interface KindLogin {
  readonly variables: readonly string[];
  /** Relative to the agent's home. */
  readonly files: readonly string[];
  /** The variable by which whoever uses the CLI moves its folder out of their home. */
  readonly homeVariable?: string;
  /** How a key is seen to be taken: see {@link KeyCheck}. */
  readonly check?: KeyCheck;
  /** More about it, for people. */
  readonly hint?: string;
  /** That one of the files which the CLI renews by itself, if it does. */
  readonly renewed?: LoginFile;
}

/** A kind of agent, as the rest of the system has it: see {@link agentKind}. */
export interface AgentKind {
  /** What `ORCHESTRATOR_AGENT` and `--kind` take. */
  readonly name: string;
  /** Its name for people. */
  readonly title: string;
  /** What the older system called it. */
  readonly olderName?: string;
  /** Its own settings, each with a description; they are read with the system's. */
  readonly settings: Readonly<Record<string, z.ZodType>>;
  /** The setting without which it cannot be started. */
  readonly wants?: string;
  readonly cli?: CliPackage;
  /** Variables and files by which its CLI logs in at its model. */
  readonly login?: KindLogin;
  /** Variables of the system's own environment that its CLI gets beside those of its login: no secrets. */
  readonly takes?: readonly string[];
  /** Its models, where one can be chosen. */
  readonly models?: KindModels;
  /** The command line that a `create` brings along, for a kind whose program is a setting. */
  commandLine?(settings: Settings): string | undefined;
  factory(settings: Settings, logins: AgentLogins): AgentFactory | Promise<AgentFactory>;
  /** For a kind that a host runs (`orchestrator host <kind>`): its protocol, loaded when wanted. */
  driver?(): Promise<StartDriver>;
}

type Own<S extends z.core.$ZodShape> = z.output<z.ZodObject<S>>;

/** What a kind says of itself: as {@link AgentKind}, with its own settings as they are typed. */
export type KindDescription<S extends z.core.$ZodShape> = Omit<
  AgentKind,
  'settings' | 'wants' | 'commandLine' | 'factory'
> & {
  readonly settings: S;
  readonly wants?: keyof S & string;
  commandLine?(own: Own<S>): string | undefined;
  factory(own: Own<S>, logins: AgentLogins): AgentFactory | Promise<AgentFactory>;
};

/**
 * A kind of agent. Adding one is a folder with this in it, and a line in `kinds.ts`: settings, pages,
 * `--kind`, images and the older names follow (docs/add-an-agent.md).
 *
 * @example
 * export const echo = agentKind({
 *   name: 'echo',
 *   title: 'echo',
 *   settings: { ORCHESTRATOR_ECHO_PREFIX: z.string().default('').describe('Said before each.') },
 *   factory: ({ ORCHESTRATOR_ECHO_PREFIX }) => echoFactory(ORCHESTRATOR_ECHO_PREFIX),
 * });
 */
export function agentKind<S extends z.core.$ZodShape & Record<string, z.ZodType>>(
  kind: KindDescription<S>,
): AgentKind {
  const { commandLine, factory, ...rest } = kind;
  // The settings that are loaded hold those of every kind, read by these very schemas.
  const own = (settings: Settings) => settings as unknown as Own<S>;
  return {
    ...rest,
    ...(commandLine && { commandLine: (settings: Settings) => commandLine(own(settings)) }),
    factory: (settings, logins) => factory(own(settings), logins),
  };
}
