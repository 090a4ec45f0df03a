import { OrchestratorError } from '../../schemas/errors.ts';
import { errorOfNotice } from './mute-notice.ts';
import { readNamedFile } from './read-named-file.ts';

/** Bytes; one has about a thousand. */
const MAX_CREDENTIALS = 64 * 1024;

/** The two parts of a credentials file. */
export interface UserCredentials {
  jwt: string;
  seed: string;
}

/** A credentials file, or its two parts. */
export type Credentials = { file: string } | UserCredentials;

/** Throws ORC_CREDS (missing, unreadable, none), and what the file says instead (ORC_QUOTA). */
export function readCredentials(credentials: Credentials): UserCredentials {
  if ('jwt' in credentials) return credentials;
  const text = readCredentialsFile(credentials.file);
  const notice = errorOfNotice(text);
  if (notice) throw notice;
  const [jwt, seed] = [...text.matchAll(/-{3,}BEGIN[^\n]*\n\s*(\S+)\s*\n/g)].map((part) => part[1]);
  if (jwt !== undefined && seed !== undefined) return { jwt, seed };
  throw new OrchestratorError('ORC_CREDS', `${credentials.file} is not a NATS credentials file`);
}

function readCredentialsFile(file: string): string {
  const read = readNamedFile(file, MAX_CREDENTIALS);
  if (read.ok) return read.bytes.toString();
  throw new OrchestratorError('ORC_CREDS', `${file} cannot be read: ${read.reason}`);
}
