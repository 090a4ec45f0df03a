/** The HTTP API as this agent reaches it; undefined where there is none for it. */
export const apiUrl = (env: Record<string, string | undefined>): string | undefined =>
  env.ORCHESTRATOR_API_URL?.replace(/\/+$/, '') || undefined;
