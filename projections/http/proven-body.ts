import { createHash } from 'node:crypto';
import { Transform } from 'node:stream';
import type { preHandlerAsyncHookHandler, preParsingAsyncHookHandler } from 'fastify';
import { contentDigest } from '../../schemas/agent-proof.ts';
import { OrchestratorError } from '../../schemas/errors.ts';

/** Notes the digest of a body as it comes, where a proof says what it is. */
export const noteDigest: preParsingAsyncHookHandler = async (request, _reply, payload) => {
  if (request.speaker?.proof === undefined) return payload;
  const hash = createHash('sha256');
  const counted = new Transform({
    transform(chunk, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
    flush(done) {
      request.bodyDigest = `sha-256=:${hash.digest('base64')}:`;
      done();
    },
  });
  return payload.pipe(counted);
};

const EMPTY = contentDigest('');

/** Refuses with ORC_CREDS a body that is another than the one that was signed. */
export const requireProvenBody: preHandlerAsyncHookHandler = async (request) => {
  const proof = request.speaker?.proof;
  if (proof === undefined || proof.digest === (request.bodyDigest ?? EMPTY)) return;
  throw new OrchestratorError('ORC_CREDS', 'The body is another than the one that was signed');
};
