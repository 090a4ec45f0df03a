import { OrchestratorError } from '../../schemas/errors.ts';
import type { Settings } from '../../schemas/settings.ts';

/**
 * Refuses what this version cannot do: ORC_SETTINGS for a `line` or `acp` agent without a command
 * line.
 */
export function requireUsable(settings: Settings): void {
  const { ORCHESTRATOR_AGENT: kind } = settings;
  if (kind === 'line' && settings.ORCHESTRATOR_LINE_COMMAND === undefined) {
    throw new OrchestratorError(
      'ORC_SETTINGS',
      'ORCHESTRATOR_LINE_COMMAND is not set (wanted by ORCHESTRATOR_AGENT="line": a command line)',
    );
  }
  if (kind === 'acp' && settings.ORCHESTRATOR_ACP_COMMAND === undefined) {
    throw new OrchestratorError(
      'ORC_SETTINGS',
      'ORCHESTRATOR_ACP_COMMAND is not set (wanted by ORCHESTRATOR_AGENT="acp": a command line)',
    );
  }
}

const UNUSED = ['ORCHESTRATOR_API_URL'] as const satisfies (keyof Settings)[];

/** One line that names the settings that are set and not used, or undefined. Their values stay out. */
export function unusedSettingsLine(settings: Settings): string | undefined {
  const set = UNUSED.filter((name) => settings[name] !== undefined);
  if (set.length === 0) return undefined;
  return `Set and not used by this version: ${set.join(', ')}.`;
}
