import { hostname } from 'node:os';
import { Svcm } from '@nats-io/services';
import type { NatsConnection } from '@nats-io/transport-node';
import packageJson from '../../package.json' with { type: 'json' };
import { HEALTH_SUBJECT, healthServiceName, type ServiceHealth } from '../../schemas/health.ts';
import { METRICS_SUBJECT, type ServiceMetrics } from '../../schemas/metrics.ts';
import type { Health } from './health.ts';
import type { ProcessMetrics } from './process-metrics.ts';

export interface HealthServiceOptions {
  nc: NatsConnection;
  /** The service's name, for example `spawner`. */
  name: string;
  /** Where it works under another name than its machine's. */
  node?: string | undefined;
  health: Health;
  /** Its numbers; without them it has none to tell. */
  metrics?: ProcessMetrics;
}

/**
 * Answers for this process on the common subjects of health and of numbers, by the services protocol (NATS ADR-32), so that
 * `nats micro` sees it. Without a queue group: everybody answers, not one for all.
 * It ends with the connection
 * (docs/decisions/0014-health.md).
 */
export async function serveHealth(options: HealthServiceOptions): Promise<void> {
  const { nc, name, node = hostname(), health, metrics } = options;
  const { version } = packageJson;
  const startedAt = new Date().toISOString();
  const service = await new Svcm(nc).add({
    name: healthServiceName(name),
    version,
    description: `The health of ${name}`,
    queue: '',
  });
  const stated = (): ServiceHealth => ({
    service: name,
    node,
    pid: process.pid,
    version,
    startedAt,
    checks: health.checks(),
  });
  service.addEndpoint('health', {
    subject: HEALTH_SUBJECT,
    handler: (error, request) => {
      // A subscription that fails is heard of as silence.
      if (error === null) request.respond(JSON.stringify(stated()));
    },
  });
  const measured = (): ServiceMetrics => ({
    service: name,
    node,
    samples: metrics?.samples() ?? [],
  });
  service.addEndpoint('metrics', {
    subject: METRICS_SUBJECT,
    handler: (error, request) => {
      if (error === null) request.respond(JSON.stringify(measured()));
    },
  });
  // A service counts as ready when the server knows that it answers.
  await nc.flush();
}
