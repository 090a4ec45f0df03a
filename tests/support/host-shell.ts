import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { type BeginCall, CallPort } from '../../agents/host/call-port.ts';
import { beginQuickly } from '../../agents/voice/quick-way.ts';
import { quickCall } from '../../cli/quick/quick-call.ts';
import type { AgentShell } from './agent-shell.ts';
import { programOf } from './programs.ts';
import { type Finished, finished } from './system.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const SCRIPT = join(ROOT, 'agents', 'host', 'ask-host.sh');
const MAIN = programOf('orchestrator');

/** As the host's own command has it. */
export const beginByHost: BeginCall = (args, env) => {
  const call = quickCall(args);
  return call && beginQuickly(call, env);
};

/** A host's port, and what its CLI has in its environment. */
export async function hostPort(
  t: Pick<ExecutionContext, 'teardown'>,
  begin: BeginCall = beginByHost,
): Promise<CallPort> {
  const port = await CallPort.open(begin);
  if (port === undefined) throw new Error('no loopback');
  t.teardown(() => port.close());
  return port;
}

/**
 * Runs `orchestrator <args>` as the shell of a hosted agent does, with a Node that is not there
 * unless it is named: what comes of it the host has done.
 */
export function askHost(
  shell: AgentShell,
  args: readonly string[],
  env: Record<string, string>,
  node = '/bin/false',
): Promise<Finished> {
  const child = spawn('/bin/bash', ['--norc', '-p', SCRIPT, node, MAIN, ...args], {
    env: { ...shell.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return finished(child);
}
