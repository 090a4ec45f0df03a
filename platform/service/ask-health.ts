import type { NatsConnection } from '@nats-io/transport-node';
import { HEALTH_SUBJECT, type ServiceHealth, serviceHealth } from '../../schemas/health.ts';
import { type AskServicesOptions, askServices } from './ask-services.ts';

/** Asks every service process how it is. Those that answer in time; never throws. */
export const askHealth = (
  nc: NatsConnection,
  options: AskServicesOptions,
): Promise<ServiceHealth[]> => askServices(nc, HEALTH_SUBJECT, serviceHealth, options);
