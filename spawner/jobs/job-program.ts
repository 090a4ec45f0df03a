import { isAbsolute, join, resolve } from 'node:path';
import type { ServerDeclaration } from '../../schemas/server-declaration.ts';
import type { ToolDeclaration } from '../../schemas/tool-declaration.ts';
import type { WorkspaceSource } from '../runtime/runtime.ts';
import type { JobOrder } from './executor.ts';

/** What is run for a job, and what it gets. */
export interface JobProgram {
  command: readonly [string, ...string[]];
  /** The program that has to be there, and where that is said, for people. */
  needs: { program: string; cure: string };
  /** Beside what every job gets. */
  environment: Readonly<Record<string, string>>;
  /** All of its stdin. */
  input: string;
  workspace?: WorkspaceSource;
}

export interface ProgramContext {
  /** Where the declarations are: relative programs are found from here. */
  toolsFolder: string;
  /** The spawner's own environment, of which a tool gets what its declaration names. */
  environment: NodeJS.ProcessEnv;
  servers: readonly ServerDeclaration[];
  /** Where ssh keeps the keys of hosts that it met. */
  knownHosts: string;
  /** The folder in which the job's program works. */
  workspace: string;
  checkout: ((projectId: string, commit: string, jobId: string) => Promise<string>) | undefined;
}

/** What a job's tool says that is run; or why nothing can be. */
export function jobProgram(
  { job, tool }: Pick<JobOrder, 'job' | 'tool'>,
  context: ProgramContext,
): JobProgram | { failed: string } {
  const { executor } = tool;
  if (executor.kind === 'command') return declaredProgram(job, tool, executor, context);
  if (executor.kind === 'ssh') return remoteScript(job, context);
  return { failed: `${tool.name} runs no program any more` };
}

type CommandExecutorOptions = Extract<ToolDeclaration['executor'], { kind: 'command' }>;

function declaredProgram(
  { jobId, input }: JobOrder['job'],
  { name }: ToolDeclaration,
  { command, environment: names, checkout, container }: CommandExecutorOptions,
  context: ProgramContext,
): JobProgram | { failed: string } {
  const missing = names.filter((each) => context.environment[each] === undefined);
  if (missing.length > 0) {
    return { failed: `the spawner's environment lacks ${missing.join(', ')}` };
  }
  const [program, ...args] = command;
  const isPath = program.includes('/') && !isAbsolute(program);
  const from = checkout ? context.workspace : context.toolsFolder;
  const path = isPath ? resolve(from, program) : program;
  const place = container ? 'its image has to have it' : `${name}.json in ${from} names it`;
  const cure = checkout ? `the project has it at this commit` : place;
  const environment = Object.fromEntries(
    names.map((each) => [each, context.environment[each] ?? '']),
  );
  const whole: JobProgram = {
    command: [path, ...args],
    needs: { program: path, cure },
    environment,
    input: `${JSON.stringify(input)}\n`,
  };
  if (!checkout) return whole;
  const make = context.checkout;
  if (make === undefined) return { failed: 'this spawner keeps no projects' };
  const { projectId, commit } = input;
  const workspace = { make: () => make(String(projectId), String(commit), jobId) };
  return { ...whole, workspace };
}

/** The script is what ssh gets on stdin: no shell of this machine reads it. */
function remoteScript(
  { input }: JobOrder['job'],
  { servers, knownHosts }: ProgramContext,
): JobProgram | { failed: string } {
  const server = servers.find(({ id }) => id === input.serverId);
  if (server === undefined) return { failed: `there is no server ${input.serverId} any more` };
  const { ssh, port, key } = server;
  const known = server.knownHosts ?? knownHosts;
  return {
    command: [
      'ssh',
      '-T',
      '-oBatchMode=yes',
      '-oIdentitiesOnly=yes',
      `-oStrictHostKeyChecking=${server.knownHosts === undefined ? 'accept-new' : 'yes'}`,
      `-oUserKnownHostsFile=${JSON.stringify(known)}`,
      '-oServerAliveInterval=15',
      '-oServerAliveCountMax=4',
      '-oConnectTimeout=30',
      '-F/dev/null',
      '-i',
      key,
      ...(port === undefined ? [] : ['-p', String(port)]),
      '--',
      ssh,
      'sh -s',
    ],
    needs: { program: 'ssh', cure: 'install it (Debian: `apt-get install openssh-client`)' },
    environment: {},
    input: String(input.task),
  };
}

/** The folder in which a job's program works, in the job's own. */
export const workspaceOf = (home: string): string => join(home, 'workspace');
