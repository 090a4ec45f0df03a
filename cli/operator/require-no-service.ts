import type { NatsConnection } from '@nats-io/transport-node';
import { askHealth } from '../../platform/service/ask-health.ts';
import { type ErrorCode, OrchestratorError } from '../../schemas/errors.ts';

const ASK_MS = 500;

/** Those that run hold the old state, and would go on from it. Throws the error of this code. */
export async function requireNoService(
  nc: NatsConnection,
  code: ErrorCode,
  done: string,
): Promise<void> {
  const running = await askHealth(nc, { expected: [], timeoutMs: ASK_MS });
  if (running.length === 0) return;
  const names = running.map(({ service }) => service).join(', ');
  throw new OrchestratorError(code, `Services run: ${names}`, {
    cure: `End them, and start them again when ${done}.`,
  });
}
