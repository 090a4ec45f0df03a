import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProcessFile } from '../../../agents/process-file.ts';
import { replaceFile } from '../../../platform/files/replace-file.ts';
import { exitOfStatus } from '../exit-of-status.ts';
import type { ProcessExit } from '../runtime.ts';
import { replaceHomeFile } from './home-files.ts';
import type { ProcessIdentity } from './process-identity.ts';

/** The processes of a run, as its keeper noted them. */
export interface RunProcesses {
  keeper: ProcessIdentity;
  agent: ProcessIdentity;
  /** Copies the journal to the agent's stdin. */
  pump: ProcessIdentity;
  /** Ends the agent when its time is over. */
  watchdog: ProcessIdentity;
}

/** The files that spawner and keeper share; see keeper.sh. */
type RunFile =
  | 'stdin'
  | 'stdin.index'
  | 'stdin.end'
  | 'stdin.nudge'
  | 'expires.nudge'
  | 'stdout'
  | 'stderr'
  | 'keeper.log';

/** The files of one run: `<agents>/<agentId>/runs/<runId>/`. */
export class RunFolder {
  readonly home: string;
  readonly workspace: string;
  readonly secrets: string;
  readonly path: string;

  constructor(agents: string, agentId: string, runId: string) {
    this.home = join(agents, agentId);
    this.workspace = join(this.home, 'workspace');
    this.secrets = join(this.home, '.orchestrator');
    this.path = join(this.home, 'runs', runId);
  }

  file(name: RunFile): string {
    return join(this.path, name);
  }

  /** Writes a file of the agent, whatever that has made of its home. Throws FileRefused. */
  async writeFile({ path, secret, content, mode = 0o600 }: ProcessFile): Promise<void> {
    await replaceHomeFile(secret ? this.secrets : this.home, path, content, mode);
  }

  /** Makes what is missing; what an earlier try made stays as it is. */
  async prepare(expiresAt: Date): Promise<void> {
    await mkdir(this.workspace, { recursive: true, mode: 0o700 });
    await mkdir(this.path, { recursive: true, mode: 0o700 });
    for (const name of ['stdin', 'stdin.index', 'stdout', 'stderr'] as const) {
      await writeFile(this.file(name), '', { flag: 'a', mode: 0o600 });
    }
    await this.setExpiry(expiresAt);
  }

  /** In whole seconds since 1970, as the keeper reads it. */
  async setExpiry(expiresAt: Date): Promise<void> {
    const seconds = Math.ceil(expiresAt.getTime() / 1000);
    await replaceFile(join(this.path, 'expires'), `${seconds}\n`);
  }

  /** The path of its cgroup, as its keeper noted it; undefined where it has none. */
  async cgroup(): Promise<string | undefined> {
    return (await textOf(join(this.path, 'cgroup')))?.trim() || undefined;
  }

  /** Undefined while the keeper has not started the agent. */
  async processes(): Promise<RunProcesses | undefined> {
    const text = await notedIn(join(this.path, 'pids'));
    if (text === undefined) return undefined;
    const identities = Object.fromEntries(
      text
        .trim()
        .split('\n')
        .map((line) => {
          const [name = '', pid = '0', identity = ''] = line.split(' ');
          return [name, { pid: Number(pid), identity }];
        }),
    );
    const { keeper, agent, pump, watchdog } = identities;
    return keeper && agent && pump && watchdog && { keeper, agent, pump, watchdog };
  }

  /** The agent's stdin ends behind what the journal has now. */
  async endStdin(): Promise<void> {
    await writeFile(this.file('stdin.end'), '', { mode: 0o600 });
  }

  stdinEnded(): Promise<boolean> {
    return access(this.file('stdin.end')).then(
      () => true,
      () => false,
    );
  }

  /** How the agent ended; undefined while it runs, or where its keeper did not live to note it. */
  async exit(): Promise<ProcessExit | undefined> {
    const text = await notedIn(join(this.path, 'exit'));
    return text === undefined ? undefined : exitOfStatus(Number(text));
  }
}

/** What a keeper notes is there when its last line has ended. */
const notedIn = async (file: string): Promise<string | undefined> => {
  const text = await textOf(file);
  return text?.endsWith('\n') ? text : undefined;
};

const textOf = (file: string): Promise<string | undefined> =>
  readFile(file, 'utf8').catch(() => undefined);
