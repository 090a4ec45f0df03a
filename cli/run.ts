import type { BaseContext, Cli, CommandClass } from 'clipanion';
import type { CommandStreams } from '../agents/voice/command-streams.ts';
import packageJson from '../package.json' with { type: 'json' };
import { type CommandName, commandEntry } from '../schemas/command-table.ts';
import { asOrchestratorError, type OrchestratorError } from '../schemas/errors.ts';
import { visibleLine } from '../schemas/visible-text.ts';
import { COMMAND_FILES, calledCommand } from './command-files.ts';
import { CommandLine } from './command-line.ts';
import { sortDashes } from './dashed-arguments.ts';
import { tellSignals } from './tell-signals.ts';
import { commandOutput, showsStyle } from './terminal-output.ts';
import { usageError } from './usage-error.ts';
import { requireText } from './valid-arguments.ts';

export type RunContext = Pick<BaseContext, 'stdin' | 'stdout' | 'stderr' | 'env'> &
  Pick<CommandStreams, 'begun'>;

/**
 * Runs one command line to its exit code. Whatever goes wrong ends as one line on stderr: what is
 * wrong, what to do; never a stack trace.
 */
export async function run(line: string[], context: Partial<RunContext> = {}): Promise<number> {
  const stdout = context.stdout ?? process.stdout;
  const stderr = context.stderr ?? process.stderr;
  const env = context.env ?? process.env;
  const args = withHelpLast(line);
  let declared: string[] = [];
  try {
    requireText(args);
    if (args.length === 1 && (args[0] === '--version' || args[0] === '-v')) {
      stdout.write(`${packageJson.version}\n`);
      return 0;
    }
    const called = calledCommand(args);
    const { cli, commands } = await commandLine(called, env, showsStyle(stdout, env));
    if (called === undefined) declared = declaredNames(commands);
    const command = cli.process(called === undefined ? args : sortDashes(called, args), {
      ...context,
      env: await withSettingsFile(called, env),
    });
    // All but help, which has colours, and no word that is not ours.
    if ([...commands].some((one) => command.constructor === one)) {
      const safe = { stdout: commandOutput(stdout), stderr: commandOutput(stderr) };
      command.context = { ...command.context, ...safe };
    }
    // Cli.run would set it, and print errors its own way; it is what a command's help is made with.
    command.cli = cli as unknown as typeof command.cli;
    using _ = tellSignals(called, (line) => stderr.write(line));
    return (await command.validateAndExecute()) ?? 0;
  } catch (error) {
    const shown = usageError(error, args, declared) ?? asOrchestratorError(error);
    stderr.write(errorLine(shown));
    return shown.exit;
  }
}

/** With the file of settings, for whoever operates the system. An agent has an environment of its own. */
async function withSettingsFile(
  called: CommandName | undefined,
  env: NodeJS.ProcessEnv,
): Promise<NodeJS.ProcessEnv> {
  if (
    called === undefined ||
    env.ORCHESTRATOR_AGENT_ID ||
    commandEntry(called).audience === 'agent'
  ) {
    return env;
  }
  const { readSettingsFile, settingsFile } = await import('../platform/files/settings-file.ts');
  const { projectRoot } = await import('../platform/files/project-root.ts');
  return { ...readSettingsFile(settingsFile(projectRoot(), env)), ...env };
}

/** What a person sees of an error: one line, whatever the error quotes. */
export const errorLine = (error: OrchestratorError): string =>
  `orchestrator: ${visibleLine(error.line)}\n`;

/** How the commands are typed that are none of the table. */
const declaredNames = (commands: ReadonlySet<CommandClass>): string[] =>
  [...commands]
    .flatMap(({ paths = [] }) => paths.map((path) => path.join(' ')))
    .filter((name) => !Object.hasOwn(COMMAND_FILES, name));

/** `help send` is `send --help`. */
function withHelpLast(args: string[]): string[] {
  return args[0] === 'help' && args.length > 1 ? [...args.slice(1), '--help'] : args;
}

/**
 * With the one command that is called; with all of them for help and for what is none. `commands`
 * are the classes of the command table; what else comes of a command line is its help.
 */
async function commandLine(
  called: CommandName | undefined,
  env: Record<string, string | undefined>,
  enableColors: boolean,
): Promise<{ cli: Cli; commands: ReadonlySet<CommandClass> }> {
  const cli = new CommandLine({
    binaryName: 'orchestrator',
    binaryLabel: 'Orchestrator: persistent CLI agents',
    binaryVersion: packageJson.version,
    enableColors,
  });
  const commands = new Set<CommandClass>();
  if (called !== undefined) {
    commands.add(await COMMAND_FILES[called]());
  } else {
    const { HelpCommand } = await import('./commands/help.ts');
    cli.register(HelpCommand);
    for (const load of Object.values(COMMAND_FILES)) commands.add(await load());
    const { declaredCommands } = await import('./declared/declared-tools.ts');
    for (const command of await declaredCommands(env)) commands.add(command);
  }
  for (const command of commands) cli.register(command);
  return { cli, commands };
}
