import type { LogConnection } from './connection.ts';

/** So many of the newest lines of each output of an agent LOGS keeps: ORCHESTRATOR_LOGS_LINES as it was when the stream was made or changed. */
export async function mostKeptLines(connection: LogConnection): Promise<number> {
  const jsm = await connection.jsm();
  const { config } = await jsm.streams.info('LOGS');
  // The server has -1 for none.
  return config.max_msgs_per_subject > 0 ? config.max_msgs_per_subject : Number.POSITIVE_INFINITY;
}
