import { jwtAuthenticator } from '../../core/log/jwt-authenticator.ts';
import { contentDigest, PROOF_HEADERS, proofText } from '../../schemas/agent-proof.ts';

export interface Provable {
  /** `POST` without. */
  method?: 'GET';
  /** With its query. */
  path: string;
  body: string;
  /** Of the event. */
  id: string;
}

/** The headers by which a request is an agent's own, signed by the key of its credential. */
export function proofHeaders(
  { jwt, seed }: { jwt: string; seed: string },
  { method, path, body, id }: Provable,
  now: Date,
): Record<string, string> {
  const time = now.toISOString();
  const digest = contentDigest(body);
  // What answers the challenge of a server signs any text.
  const answer = jwtAuthenticator({ jwt, seed })(
    proofText({ method: method ?? 'POST', path, time, id, digest }),
  );
  return {
    authorization: `Agent ${jwt}`,
    [PROOF_HEADERS.time]: time,
    [PROOF_HEADERS.id]: id,
    [PROOF_HEADERS.digest]: digest,
    [PROOF_HEADERS.signature]: 'sig' in Object(answer) ? String(Object(answer).sig) : '',
  };
}
