import { createHash } from 'node:crypto';

/**
 * How an agent proves over HTTP who it is, with the credential that it has for NATS
 * (docs/decisions/0134-an-agent-speaks-over-http.md): `Authorization: Agent <jwt>`, and these.
 */
export const PROOF_HEADERS = {
  /** When it was signed, RFC 3339. */
  time: 'orchestrator-time',
  /** Ed25519 by the key of the credential over {@link proofText}, base64url. */
  signature: 'orchestrator-signature',
  /** The id of the event, which the agent chose. */
  id: 'idempotency-key',
  /** RFC 9530, of the body as it is sent. */
  digest: 'content-digest',
} as const;

/**
 * How far the time of a proof may be from the server's, milliseconds: less than the two minutes for which
 * JetStream knows an id again, so that what is sent once more is the same event.
 */
export const PROOF_AGE_MS = 60_000;

export interface Proven {
  method: string;
  /** With its query. */
  path: string;
  time: string;
  id: string;
  digest: string;
}

/** What is signed. Its beginning keeps it apart from the challenge of a NATS server, which has no line break. */
export const proofText = ({ method, path, time, id, digest }: Proven): string =>
  ['orchestrator agent 1', method, path, time, id, digest].join('\n');

/** RFC 9530, `Content-Digest`. */
export const contentDigest = (body: Uint8Array | string): string =>
  `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;
