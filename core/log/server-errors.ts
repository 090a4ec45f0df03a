/**
 * Codes of nats-server's JetStream errors (server/errors.json) that tell of a cluster between two
 * leaders, and of work on the same message that is under way: nothing is wrong with what was asked.
 * Nothing of it was stored, or the same id tells so at the next try.
 */
export const UNSETTLED: ReadonlySet<number> = new Set([
  // JSClusterNotAvailErr: the system, or the leader of the stream, is being elected.
  10008,
  // JSClusterNotLeaderErr
  10009,
  // JSStreamOfflineErr
  10118,
  // JSStreamDuplicateMessageConflict: the same id, proposed and not stored yet.
  10158,
  // JSStreamExpectedLastSeqPerSubjectNotReady: a new leader has not yet read what there is.
  10163,
]);

/**
 * JSAtomicPublishIncompleteBatchErr: a message of the batch was refused (as one that is too large for
 * the stream), or, in a cluster, the leader that had the first ones is gone.
 */
export const INCOMPLETE_BATCH = 10176;
