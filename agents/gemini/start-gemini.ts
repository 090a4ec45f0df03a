import { startAcp } from '../acp/start-acp.ts';
import type { StartDriver } from '../host/driver.ts';
import { keepSession } from './kept-session.ts';

/** The driver of Gemini: as of any ACP agent, but that it finds its session again. */
export async function startGemini(): Promise<StartDriver> {
  const start = await startAcp();
  return (options) => {
    const { session, environment } = options;
    if (session !== undefined) keepSession(environment.HOME ?? '', session);
    return start(options);
  };
}
