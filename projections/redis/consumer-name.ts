import { hostname } from 'node:os';
import type { DataPaths } from '../../platform/service/data-paths.ts';
import { derivedId } from '../../schemas/ids.ts';

/**
 * The same name for the same data folder: what this consumer had in hand when it died is the first
 * that it takes up again, without waiting until it counts as dead.
 */
export const consumerName = (paths: DataPaths): string =>
  derivedId('orchestrator-', hostname(), paths.root);
