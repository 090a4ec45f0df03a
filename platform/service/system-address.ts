import { existsSync, readFileSync } from 'node:fs';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { Settings } from '../../schemas/settings.ts';
import type { DataPaths } from './data-paths.ts';

/** Where the system's NATS is, and with which credentials file one goes there. */
export interface SystemAddress {
  url: string;
  credentials: { file: string } | undefined;
}

type Where = Pick<Settings, 'ORCHESTRATOR_NATS_URL' | 'ORCHESTRATOR_CREDS'>;

/**
 * Finds the system: the settings come first, then what the run that owns the data folder wrote
 * there. Throws ORC_NOT_REACHABLE where neither names a server.
 */
export function systemAddress(settings: Where, paths: DataPaths): SystemAddress {
  const file = settings.ORCHESTRATOR_CREDS ?? paths.operatorCreds;
  const credentials =
    settings.ORCHESTRATOR_CREDS !== undefined || existsSync(file) ? { file } : undefined;
  return { url: settings.ORCHESTRATOR_NATS_URL ?? embeddedUrl(paths), credentials };
}

function embeddedUrl(paths: DataPaths): string {
  try {
    return readFileSync(paths.natsUrl, 'utf8').trim();
  } catch (cause) {
    throw new OrchestratorError('ORC_NOT_REACHABLE', `No system has run in ${paths.root} yet`, {
      cause,
    });
  }
}
