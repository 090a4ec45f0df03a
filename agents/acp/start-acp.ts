import type { StartDriver } from '../host/driver.ts';

/** The driver of every agent that speaks the Agent Client Protocol. */
export async function startAcp(): Promise<StartDriver> {
  const { AcpDriver } = await import('./acp-driver.ts');
  return (options) => new AcpDriver(options);
}
