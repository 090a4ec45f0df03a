import { kindOf } from '../../agents/agent-kinds.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { Settings } from '../../schemas/settings.ts';

/**
 * Refuses a kind of agent that lacks the setting which it cannot do without, and a system whose spawner would act on
 * nothing: ORC_SETTINGS.
 */
export function requireUsable(settings: Settings): void {
  const { ORCHESTRATOR_AGENT: name, ORCHESTRATOR_SHADOW: shadow } = settings;
  if (shadow === 'true') {
    throw new OrchestratorError(
      'ORC_SETTINGS',
      'ORCHESTRATOR_SHADOW=true is for a spawner beside a running system, not for one',
      {
        cure: 'Unset it here; docs/operate.md has how a shadow is started.',
      },
    );
  }
  const wants = kindOf(name)?.wants;
  const set: Record<string, unknown> = settings;
  if (wants === undefined || set[wants] !== undefined) return;
  const what = `${wants} is not set (wanted by ORCHESTRATOR_AGENT="${name}")`;
  throw new OrchestratorError('ORC_SETTINGS', what);
}
