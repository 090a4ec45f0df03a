import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { Readable, Transform, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type Pack, pack } from 'tar-stream';
import {
  EXPORT_FORMAT,
  EXPORT_VERSION,
  type ExportManifest,
  type ExportPart,
  FORMAT_PART,
  MANIFEST_PART,
} from '../../schemas/export-manifest.ts';
import { gzipHeader } from './gzip-header.ts';

/** A part that is about to be written; `content` has as many bytes as it says. */
export interface WantedPart extends Pick<ExportPart, 'name' | 'kind' | 'bytes' | 'count'> {
  content: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

/**
 * Writes an export: a tar in a gzip, a part after the other, as fast as the target takes it. What it holds is one
 * chunk and the list of the parts. The manifest comes last, since only then is known what there was.
 */
export class ExportWriter {
  readonly parts: ExportPart[] = [];
  readonly #tar: Pack = pack();
  readonly #written: Promise<void>;
  readonly #failed = new AbortController();

  /** @param target is ended with the export */
  constructor(target: Writable) {
    this.#written = pipeline(Readable.from(this.#tar), createGzip(), knownHeader(), target);
    this.#written.catch((error) => this.#failed.abort(error));
  }

  /** Begins the file; before any part. */
  async begin(): Promise<void> {
    const mark = { format: EXPORT_FORMAT, version: EXPORT_VERSION };
    await this.#entry(FORMAT_PART, Buffer.from(`${JSON.stringify(mark)}\n`));
  }

  /** Throws what the target says, and ORC_INTERNAL-like errors where the content is not as long as it was to be. */
  async add({ name, kind, bytes, count, content }: WantedPart): Promise<void> {
    const hash = createHash('sha256');
    const ended = Promise.withResolvers<void>();
    const { signal } = this.#failed;
    signal.addEventListener('abort', () => ended.reject(signal.reason), { once: true });
    ended.promise.catch(() => undefined);
    const sink = this.#tar.entry({ name, size: bytes, ...OWNER }, (error) =>
      error ? ended.reject(error) : ended.resolve(),
    );
    let size = 0;
    for await (const chunk of content) {
      signal.throwIfAborted();
      size += chunk.length;
      hash.update(chunk);
      if (!sink.write(chunk)) await once(sink, 'drain', { signal });
    }
    if (size !== bytes) throw new Error(`${name} has ${size} bytes, where ${bytes} were told`);
    sink.end(null);
    await ended.promise;
    this.parts.push({ name, kind, bytes, count, sha256: hash.digest('hex') });
  }

  /** Writes the manifest and the end; resolves when the target has all of it. */
  async finish(manifest: ExportManifest): Promise<void> {
    await this.#entry(MANIFEST_PART, Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`));
    this.#tar.finalize();
    await this.#written;
  }

  /** Gives it up: the target is destroyed. What it was, which may be the target's own word. */
  async abort(reason: unknown): Promise<unknown> {
    const { signal } = this.#failed;
    const first = signal.aborted ? signal.reason : reason;
    this.#tar.destroy(reason instanceof Error ? reason : new Error(String(reason)));
    await this.#written.catch(() => undefined);
    return first;
  }

  async #entry(name: string, content: Buffer): Promise<void> {
    this.#failed.signal.throwIfAborted();
    this.#tar.entry({ name, ...OWNER }, content);
  }
}

/** Nothing of the machine that it was made on. */
const OWNER = { mode: 0o600, uid: 0, gid: 0, mtime: new Date(0) };

/** What stands in a gzip before its content is no part of its checksum: it is the same always. */
function knownHeader(): Transform {
  let at = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const own = at >= gzipHeader.length ? chunk : Buffer.from(chunk);
      for (let index = 0; at + index < gzipHeader.length && index < own.length; index += 1) {
        own[index] = gzipHeader[at + index] ?? 0;
      }
      at += own.length;
      done(null, own);
    },
  });
}
