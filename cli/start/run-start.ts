import type { Readable, Writable } from 'node:stream';
import { loadSettings } from '../../agents/load-settings.ts';
import { requireNoErasure } from '../../core/log/erasure-mark.ts';
import { dataPaths } from '../../platform/service/data-paths.ts';
import { lockFolder } from '../../platform/service/folder-lock.ts';
import { ServiceProcess } from '../../platform/service/service-process.ts';
import { type ServiceSpec, Supervisor } from '../../platform/service/supervisor.ts';
import { openSystemLog } from '../../platform/service/system-log.ts';
import { systemTools } from '../../platform/service/system-tools.ts';
import { EXIT } from '../../schemas/errors.ts';
import type { AgentProject } from '../../schemas/events/project.ts';
import type { TalkContext } from '../chat/talk-context.ts';
import { onUncaught } from '../uncaught.ts';
import { requireUsable } from './check-settings.ts';
import { endAgents } from './end-agents.ts';
import type { InputKind } from './input-kind.ts';
import { Interruption } from './interruption.ts';
import { placeAgents } from './place-agents.ts';
import { runMode } from './run-mode.ts';
import { serviceEnvironment } from './services.ts';
import { startNats } from './start-nats.ts';

export interface StartOptions {
  environment: NodeJS.ProcessEnv;
  /** Leave the agents running at the end. */
  keepAgents: boolean;
  /** Says, once the system runs, which project the chat's new agents begin in; none without. */
  project?: ((talk: TalkContext) => Promise<AgentProject>) | undefined;
  inputKind: InputKind;
  stdin: Readable;
  stdout: Writable;
  stderr: Writable;
  services: readonly ServiceSpec[];
}

/** 128 + SIGINT. */
const INTERRUPTED = 130;

/** What a service may take to end before it is killed; longer than it gives itself. */
const SERVICE_GRACE_MS = 12_000;

/**
 * The whole system in one process tree, from the lock of its data folder to the last agent's end.
 * Resolves with the exit code. Throws the {@link OrchestratorError} of what stops the start; then
 * everything that was started has ended.
 */
export async function runStart(options: StartOptions): Promise<number> {
  const { environment, keepAgents, services, stderr } = options;
  const settings = loadSettings(environment);
  requireUsable(settings);
  const say = (line: string) => stderr.write(`${line}\n`);

  const paths = dataPaths(settings.ORCHESTRATOR_DATA_DIR);
  const killers: (() => void)[] = [];
  await using stack = new AsyncDisposableStack();
  const interruption = stack.use(new Interruption(() => endAtOnce(killers)));
  const { signal } = interruption;
  signal.addEventListener('abort', () => say('ending; interrupt again to end at once'));
  // npm passes SIGINT and SIGTERM on; killed by another signal, it leaves this process behind.
  if (environment.npm_lifecycle_event === 'start') interruption.endWithParent();
  stack.use(onUncaught((error) => interruption.fail(error)));
  const lock = await lockFolder(paths);
  stack.defer(() => lock.release());
  // Before anything is started: all that is wrong with them, in one line.
  await systemTools(settings, paths);
  const systemLog = openSystemLog(paths, settings.LOG_LEVEL);
  stack.defer(() => systemLog.close());
  const { logger } = systemLog;
  // They are loaded while the server starts, which they cannot do without.
  const standing = services.map(
    ({ name, main }) =>
      new ServiceProcess({
        main,
        environment: { ...environment, ORCHESTRATOR_DATA_DIR: paths.root },
        logFd: systemLog.fd,
        standsBy: true,
        notice: (line) => say(`${name}: ${line}`),
      }),
  );
  stack.defer(() => endAll(standing));
  killers.push(() => killAll(standing));
  const { address, connection, kill } = await startNats(settings, paths, logger, stack);
  killers.push(kill);
  await requireNoErasure(connection.nc);
  const placed = await placeAgents(settings, environment, address.url, stack, say);
  const supervisors = services.map(
    (spec, index) =>
      new Supervisor(spec, {
        first: standing[index],
        environment: { ...serviceEnvironment(environment, paths, address), ...placed },
        logFd: systemLog.fd,
        logFile: paths.systemLog,
        logger,
        stopGraceMs: SERVICE_GRACE_MS,
        notice: (line) => say(`${spec.name}: ${line}`),
      }),
  );
  killers.push(...supervisors.map((supervisor) => () => supervisor.kill()));
  stack.defer(() => stopAll(supervisors));
  if (!(await startAll(supervisors, signal))) return interruption.exitCode ?? EXIT.failed;
  logger.info({ dataDir: paths.root, url: address.url }, 'the system runs');
  const talk = { settings, paths, connection, signal };
  const isAsked = () => signal.aborted || options.inputKind === 'none';
  stack.defer(() => endAgents(talk, keepAgents ? 'none' : isAsked() ? 'all' : 'own', say));
  const project = await options.project?.(talk);
  const ends = keepAgents ? 'the chat and the system' : 'the chat, your agent and the system';
  const inProject = { ...talk, ...(project && { project }) };
  const code = await runMode({ ...options, ends }, inProject, interruption);
  if (interruption.failure !== undefined) throw interruption.failure.error;
  return code;
}

function killAll(processes: readonly ServiceProcess[]): void {
  for (const each of processes) each.kill();
}

/** Nothing where they have ended already, by their supervisors. */
async function endAll(processes: readonly ServiceProcess[]): Promise<void> {
  killAll(processes);
  await Promise.all(processes.map(({ ended }) => ended));
}

/** False where it was interrupted. */
async function startAll(supervisors: readonly Supervisor[], signal: AbortSignal): Promise<boolean> {
  const stop = () => void stopAll(supervisors);
  signal.addEventListener('abort', stop, { once: true });
  try {
    if (signal.aborted) return false;
    await Promise.all(supervisors.map((supervisor) => supervisor.start()));
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

async function stopAll(supervisors: readonly Supervisor[]): Promise<void> {
  await Promise.all(supervisors.map((supervisor) => supervisor.stop()));
}

/** Everything but the agents. What it leaves behind on disk, the next start clears up. */
function endAtOnce(killers: readonly (() => void)[]): never {
  for (const kill of killers) kill();
  process.exit(INTERRUPTED);
}
