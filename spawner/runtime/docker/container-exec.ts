import { finished } from 'node:stream/promises';
import type Docker from 'dockerode';
import { timeoutSignal } from '../../../platform/async/timer.ts';
import { isEngineAway } from '../../../platform/docker/engine-error.ts';
import { exitOfStatus } from '../exit-of-status.ts';
import { OutputStart } from '../output-start.ts';
import type { ExecOrder, ExecOutcome } from '../runtime.ts';
import { WORKSPACE } from './container-options.ts';

/**
 * The engine cannot end what it has begun to run beside a container's process. So the program is
 * started by one that does: `timeout` makes a process group of it and kills that as a whole. Its
 * pid is the group's, and is the first line of stdout. 137 is what a killed one leaves.
 */
const START = 'echo $$; exec timeout -s KILL "$@"';
const KILLED = 137;

/** The engine is asked to end it only after `timeout` had the time to. */
const LATE_MS = 10_000;

/** Runs a program in an agent's container, as the agent. Never rejects. */
export async function containerExec(
  docker: Docker,
  container: Docker.Container,
  order: ExecOrder,
): Promise<ExecOutcome> {
  const seconds = String(order.timeoutMs / 1000);
  const stdout = new OutputStart(order.outputBytes + PID_BYTES);
  const stderr = new OutputStart(order.outputBytes);
  const outputs = () => {
    const { rest } = pidAndRest(stdout.bytes);
    return { stdout: rest.subarray(0, order.outputBytes), stderr: stderr.bytes };
  };
  const began = performance.now();
  try {
    const exec = await createExec(container, {
      Cmd: ['bash', '-c', START, 'exec', seconds, ...order.command],
      Env: Object.entries(order.environment).map(([name, value]) => `${name}=${value}`),
      WorkingDir: WORKSPACE,
      AttachStdout: true,
      AttachStderr: true,
    });
    const stream = await exec.start({ hijack: true, stdin: false });
    docker.modem.demuxStream(stream, stdout, stderr);
    stream.resume();
    const late = timeoutSignal(order.timeoutMs + LATE_MS);
    const signal = AbortSignal.any([order.signal, late]);
    await finished(stream, { writable: false, signal }).catch(async () => {
      stream.destroy();
      await killGroup(container, pidAndRest(stdout.bytes).pid);
    });
    if (order.signal.aborted) {
      return { ...outputs(), ended: 'failed', reason: 'it was ended with the spawner' };
    }
    const code = (await exec.inspect()).ExitCode ?? KILLED;
    const timedOut = code === KILLED && performance.now() - began >= order.timeoutMs;
    if (timedOut) return { ...outputs(), ended: 'timeout' };
    return { ...outputs(), ended: 'exit', exit: exitOfStatus(code) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ...outputs(), ended: 'failed', reason };
  }
}

/**
 * A kept connection may have ended without having been seen to: after a restart of the engine, say.
 * What is created runs nothing yet, so it may be created twice.
 */
async function createExec(
  container: Docker.Container,
  options: Docker.ExecCreateOptions,
): Promise<Docker.Exec> {
  try {
    return await container.exec(options);
  } catch (error) {
    if (!isEngineAway(error)) throw error;
    return container.exec(options);
  }
}

/** A pid and the end of its line. */
const PID_BYTES = 11;

function pidAndRest(bytes: Buffer): { pid: number | undefined; rest: Buffer } {
  const end = bytes.indexOf('\n');
  if (end < 0) return { pid: undefined, rest: Buffer.alloc(0) };
  return { pid: Number(bytes.subarray(0, end).toString()), rest: bytes.subarray(end + 1) };
}

async function killGroup(container: Docker.Container, pid: number | undefined): Promise<void> {
  if (pid === undefined) return;
  const kill = await container.exec({ Cmd: ['bash', '-c', `kill -KILL -- -${pid}`] });
  await kill.start({ Detach: true });
}
