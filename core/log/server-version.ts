import { OrchestratorError } from '../../schemas/errors.ts';

/** Expected sequence over a filter, atomic batches, schedules and per-message TTL came with it. */
const REQUIRED = { major: 2, minor: 12 };

/** Throws ORC_NATS_OLD, naming the version, for a nats-server that lacks what the log needs. */
export function requireServerVersion(version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const enough = major > REQUIRED.major || (major === REQUIRED.major && minor >= REQUIRED.minor);
  if (!enough)
    throw new OrchestratorError('ORC_NATS_OLD', `The nats-server has version ${version}`);
}
