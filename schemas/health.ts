import { z } from 'zod';
import type { Settings } from './settings.ts';

/** Where every service process answers for itself; whoever asks hears all of them. */
export const HEALTH_SUBJECT = 'health';

/** The services by their name in NATS (`nats micro ls`): `orchestrator-spawner`. */
export const healthServiceName = (service: string): string => `orchestrator-${service}`;

const check = z.object({
  name: z.string(),
  ok: z.boolean(),
  /** For people: what is the case, and where it is not well what to do. */
  detail: z.string(),
  /** When `ok` or `notable` last changed. */
  since: z.string(),
  /** The service is well; an operator is to see the reason all the same. */
  notable: z.literal(true).optional(),
});

/** What one service process says of itself. */
export const serviceHealth = z.object({
  service: z.string(),
  /** The name under which it works: a spawner's node, else its machine or instance. */
  node: z.string(),
  pid: z.int(),
  version: z.string(),
  startedAt: z.string(),
  checks: z.array(check),
});
export type ServiceHealth = z.infer<typeof serviceHealth>;

/** The whole system, as `GET /healthz` tells it. */
export const systemHealthShown = z.object({
  /** Every expected service answers, and every check is well. */
  ok: z.boolean(),
  /** Expected, and silent. */
  missing: z.array(z.string()),
  services: z.array(serviceHealth),
});
export type SystemHealth = z.infer<typeof systemHealthShown>;

/** The service processes that a system of these settings runs. */
export function expectedServices(settings: Settings): string[] {
  return [
    'projections',
    'spawner',
    ...(settings.TELEGRAM_BOT_TOKEN === undefined ? [] : ['bot']),
    ...(settings.ORCHESTRATOR_REDIS_URL === undefined ? [] : ['redis']),
  ];
}

export function systemHealth(
  expected: readonly string[],
  services: readonly ServiceHealth[],
): SystemHealth {
  const missing = expected.filter((name) => !services.some(({ service }) => service === name));
  const well = services.every(({ checks }) => checks.every(({ ok }) => ok));
  return { ok: well && missing.length === 0, missing, services: services.toSorted(byName) };
}

const byName = (a: ServiceHealth, b: ServiceHealth): number =>
  a.service.localeCompare(b.service) || a.node.localeCompare(b.node) || a.pid - b.pid;
