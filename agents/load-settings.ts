import { OrchestratorError } from '../schemas/errors.ts';
import {
  parseSettings,
  type SettingSchemas,
  type Settings,
  settingProblemsLine,
  withKinds,
} from '../schemas/settings.ts';
import { AGENT_KINDS } from './agent-kinds.ts';

/** Every setting, those of all kinds of agents among them. */
export const SETTINGS: SettingSchemas = withKinds(AGENT_KINDS);

/** The settings of an environment, or all that is wrong with them. */
export const readSettings = (environment: Record<string, string | undefined>) =>
  parseSettings(environment, SETTINGS);

/** The settings of an environment. Throws ORC_SETTINGS that names every wrong one at once. */
export function loadSettings(environment: NodeJS.ProcessEnv = process.env): Settings {
  const result = readSettings(environment);
  if (result.ok) return result.settings;
  throw new OrchestratorError('ORC_SETTINGS', settingProblemsLine(result.problems));
}
