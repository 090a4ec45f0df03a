import type { NatsConnection } from '@nats-io/transport-node';
import { METRICS_SUBJECT, type ServiceMetrics, serviceMetrics } from '../../schemas/metrics.ts';
import { type AskServicesOptions, askServices } from './ask-services.ts';

/** Asks every service process for its numbers. Those that answer in time; never throws. */
export const askMetrics = (
  nc: NatsConnection,
  options: AskServicesOptions,
): Promise<ServiceMetrics[]> => askServices(nc, METRICS_SUBJECT, serviceMetrics, options);
