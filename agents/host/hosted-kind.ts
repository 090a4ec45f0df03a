import type { z } from 'zod';
import { type AgentKind, agentKind, type KindDescription } from '../agent-kind.ts';
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

/** A real CLI under a host, with `ORCHESTRATOR_<NAME>_PERMISSIONS` beside its own settings. */
export function hostedKind<S extends z.core.$ZodShape & Record<string, z.ZodType>>(
  kind: HostedKind<S>,
): AgentKind {
  const { hosted, ...rest } = kind;
  const permissions = `ORCHESTRATOR_${kind.name.toUpperCase()}_PERMISSIONS`;
  return agentKind<S>({
    ...rest,
    settings: { ...kind.settings, [permissions]: permissionSetting(kind.name) },
    factory: async (own, logins) => {
      const values: Record<string, unknown> = own;
      const policy = permissionPolicy.parse(values[permissions]);
      return hostedAgentFactory(kind.name, await hosted(own), policy, logins);
    },
  });
}
