import { ARCHIVE_STREAM, chunkSubjects, infoSubject } from './archive-bucket.ts';
import { archiveCatalogue, logIdentity } from './archive-catalogue.ts';
import type { LogConnection } from './connection.ts';
import { eraseSubject } from './erase-messages.ts';
import { lastMessage } from './last.ts';
import { ACK_TIMEOUT_MS } from './publish-event.ts';

/** Overwrites what the archive has of files of this log that were written anew since, and of those that never became visible. */
export async function eraseReplaced(connection: LogConnection): Promise<void> {
  const { nc } = connection;
  const log = await logIdentity(nc);
  const { segments } = await archiveCatalogue(nc);
  const used = new Set(segments.map(({ nuid }) => nuid));
  for (const { subject, nuid } of await chunkSubjects(connection)) {
    if (nuid.startsWith(`${log}-`) && !used.has(nuid))
      await eraseSubject(connection, ARCHIVE_STREAM, subject);
  }
  for (const { name } of segments) {
    const subject = infoSubject(name);
    const last = await lastMessage(nc, ARCHIVE_STREAM, subject, ACK_TIMEOUT_MS);
    await eraseSubject(connection, ARCHIVE_STREAM, subject, last?.sequence);
  }
}
