import { SETTING_READERS, type SettingReader } from '../schemas/setting-readers.ts';
import { AGENT_KINDS } from './agent-kinds.ts';

/** Who reads each setting, those of the kinds of agents among them. */
export function settingReaders(): ReadonlyMap<string, readonly SettingReader[]> {
  const ofKinds = AGENT_KINDS.flatMap(({ settings, wants, commandLine }) =>
    Object.keys(settings).map((name): [string, readonly SettingReader[]] => {
      // The command line of an agent goes with its `create`.
      const isAsked = commandLine !== undefined && name === wants;
      return [name, isAsked ? ['spawner', ...SETTING_READERS.ORCHESTRATOR_AGENT_TTL] : ['spawner']];
    }),
  );
  return new Map([...Object.entries(SETTING_READERS), ...ofKinds]);
}
