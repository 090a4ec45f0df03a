import type { Past } from '../../core/operator/state-at.ts';
import { markedHistory } from '../../core/projection/marked-history.ts';
import { dataPaths } from '../../platform/service/data-paths.ts';
import { createLogger } from '../../platform/service/logger.ts';
import type { OperatorContext } from './operator-context.ts';

/** What the past is read from: the log, and what is marked of it in this machine's data folder. */
export function pastOf({ settings, log }: Pick<OperatorContext, 'settings' | 'log'>): Past {
  const { states } = dataPaths(settings.ORCHESTRATOR_DATA_DIR);
  // A mark that cannot be read costs time, and is for the projections to tell.
  const logger = createLogger('orchestrator', 'silent');
  return { log, history: markedHistory(states, { log, logger }) };
}
