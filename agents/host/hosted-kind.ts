import type { z } from 'zod';
import { type AgentKind, agentKind, type KindDescription } from '../agent-kind.ts';
import { modelSettingNames, modelSettings } from '../kind-models.ts';
import type { StartDriver } from './driver.ts';
import { permissionPolicy } from './host-order.ts';
import { type HostedCli, hostedAgentFactory } from './hosted-agent-factory.ts';
import { permissionSetting } from './permission-setting.ts';

/**
 * A kind whose CLI is run by `orchestrator host <kind>`. It describes its CLI (`hosted`); its factory is
 * made of that.
 */
export type HostedKind<S extends z.core.$ZodShape> = Omit<KindDescription<S>, 'factory'> & {
  driver(): Promise<StartDriver>;
  hosted(own: z.output<z.ZodObject<S>>): HostedCli | Promise<HostedCli>;
};

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined;

/** A real CLI under a host, with settings of its permissions and models beside its own. */
export function hostedKind<S extends z.core.$ZodShape & Record<string, z.ZodType>>(
  kind: HostedKind<S>,
): AgentKind {
  const { hosted, ...rest } = kind;
  const permissions = `ORCHESTRATOR_${kind.name.toUpperCase()}_PERMISSIONS`;
  return agentKind<S>({
    ...rest,
    settings: {
      ...kind.settings,
      ...(kind.models && modelSettings(kind.name, kind.models)),
      [permissions]: permissionSetting(kind.name),
    },
    factory: async (own, logins) => {
      const values: Record<string, unknown> = own;
      const policy = permissionPolicy.parse(values[permissions]);
      const { model, effort } = modelSettingNames(kind.name);
      const chosen = { model: textOf(values[model]), effort: textOf(values[effort]) };
      return hostedAgentFactory(kind.name, await hosted(own), { policy, ...chosen }, logins);
    },
  });
}
