import type { HostedKind } from '../schemas/host-order.ts';
import type { StartDriver } from './host/driver.ts';

/** The driver of each kind that a host runs, loaded when it is wanted: an agent has one. */
export const DRIVERS: Record<HostedKind, () => Promise<StartDriver>> = {
  claude: async () => {
    const { ClaudeDriver } = await import('./claude/claude-driver.ts');
    return (options) => new ClaudeDriver(options);
  },
  codex: async () => {
    const { CodexDriver } = await import('./codex/codex-driver.ts');
    return (options) => new CodexDriver(options);
  },
  droid: async () => {
    const { DroidDriver } = await import('./droid/droid-driver.ts');
    return (options) => new DroidDriver(options);
  },
  gemini: acpDriver,
  acp: acpDriver,
};

async function acpDriver(): Promise<StartDriver> {
  const { AcpDriver } = await import('./acp/acp-driver.ts');
  return (options) => new AcpDriver(options);
}
