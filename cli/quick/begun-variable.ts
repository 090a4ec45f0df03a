import type { BegunCall } from '../../agents/voice/command-streams.ts';

/** A call that the agent's host has begun and not done: its id and time (agents/host/ask-host.sh). */
const NAME = 'ORCHESTRATOR_BEGUN';

const CALL = /^(\S+) (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)$/;

/** The call that this command is to go on with, which nobody else shall. */
export function takeBegun(env: NodeJS.ProcessEnv): BegunCall | undefined {
  const [, id, at] = CALL.exec(env[NAME] ?? '') ?? [];
  delete env[NAME];
  return id === undefined || at === undefined ? undefined : { id, at: new Date(at) };
}
