import { OrchestratorError } from '../../schemas/errors.ts';
import { parseSettings, type Settings, settingProblemsLine } from '../../schemas/settings.ts';

/** The settings of an environment. Throws ORC_SETTINGS that names every wrong one at once. */
export function loadSettings(environment: NodeJS.ProcessEnv = process.env): Settings {
  const result = parseSettings(environment);
  if (result.ok) return result.settings;
  throw new OrchestratorError('ORC_SETTINGS', settingProblemsLine(result.problems));
}
