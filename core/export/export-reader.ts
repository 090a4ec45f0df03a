import { createHash } from 'node:crypto';
import { Readable, Transform } from 'node:stream';
import { finished } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { type Extract, extract } from 'tar-stream';
import { OrchestratorError } from '../../schemas/errors.ts';
import {
  EXPORT_VERSION,
  type ExportManifest,
  type ExportPart,
  exportManifest,
  FORMAT_PART,
  formatMark,
  MANIFEST_PART,
} from '../../schemas/export-manifest.ts';
import { damaged } from './damaged.ts';
import { gzipHeader } from './gzip-header.ts';

type Entry = Extract extends AsyncIterable<infer E> ? E : never;

/** A part as it is read: all of its content is to be taken before the next one comes. */
export interface ReadPart {
  name: string;
  content: AsyncIterable<Uint8Array>;
}

/** What a part turned out to be. */
export type SeenPart = Pick<ExportPart, 'name' | 'bytes' | 'sha256'>;

/** The largest manifest: each part takes some 200 bytes of it. */
const MOST_MANIFEST = 256 * 1024 * 1024;
const MOST_MARK = 1024;

/**
 * Reads an export once, from its beginning to its end: each part is given to `take`, and hashed on the way. Resolves
 * with its manifest when every byte was seen, the parts are those of the manifest, and nothing comes behind it.
 * Throws ORC_EXPORT with the place where it is otherwise, and whatever `take` throws.
 */
export async function readExport(
  bytes: AsyncIterable<Uint8Array>,
  take: (part: ReadPart) => Promise<void>,
): Promise<ExportManifest> {
  const seen: SeenPart[] = [];
  let manifest: ExportManifest | undefined;
  let at = FORMAT_PART;
  try {
    for await (const entry of entriesOf(bytes)) {
      if (manifest !== undefined) throw damaged(entry.header.name, 'it stands behind the manifest');
      const { name } = entry.header;
      if (at === FORMAT_PART) {
        if (name !== FORMAT_PART) throw damaged(name, 'no export begins so');
        await checkFormat(entry);
        at = 'the first part';
        continue;
      }
      at = name;
      if (name === MANIFEST_PART) manifest = parseManifest(await textOf(entry, MOST_MANIFEST));
      else seen.push(await hashed(entry, take));
    }
  } catch (error) {
    if (error instanceof NotTaken) throw error.cause;
    if (error instanceof OrchestratorError) throw error;
    throw damaged(
      `at or behind ${at}`,
      error instanceof Error ? error.message : String(error),
      error,
    );
  }
  if (manifest === undefined) throw damaged(`behind ${at}`, 'it ends without its manifest');
  requireParts(manifest, seen);
  return manifest;
}

/** Whoever was to take a part could not: no fault of the export. */
class NotTaken extends Error {
  constructor(cause: unknown) {
    super('not taken', { cause });
  }
}

/** The entries of the tar, and at their end the checksum of the gzip. */
async function* entriesOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Entry> {
  const gunzip = createGunzip();
  const tar = extract();
  const checked = new CheckedHeader();
  const source = Readable.from(bytes);
  source.on('error', (error) => checked.destroy(error)).pipe(checked);
  checked.on('error', (error) => gunzip.destroy(error)).pipe(gunzip);
  gunzip.on('error', (error) => tar.destroy(error)).pipe(tar);
  const ended = finished(gunzip);
  ended.catch(() => undefined);
  const drained = finished(checked);
  drained.catch(() => undefined);
  try {
    yield* tar;
    // The end of the tar comes before the end of the gzip, which has its checksum.
    gunzip.unpipe(tar).resume();
    await ended;
    checked.unpipe(gunzip).resume();
    await drained;
    if (checked.size !== gunzip.bytesWritten) throw new Error('something stands behind its end');
  } finally {
    source.destroy();
    gunzip.destroy();
    tar.destroy();
  }
}

class CheckedHeader extends Transform {
  size = 0;

  override _transform(
    chunk: Buffer,
    _encoding: BufferEncoding,
    done: (e?: Error | null, c?: Buffer) => void,
  ) {
    for (let index = 0; this.size + index < gzipHeader.length && index < chunk.length; index += 1) {
      if (chunk[index] !== gzipHeader[this.size + index]) {
        done(new Error('no export begins so'));
        return;
      }
    }
    this.size += chunk.length;
    done(null, chunk);
  }
}

async function checkFormat(entry: Entry): Promise<void> {
  const parsed = formatMark.safeParse(JSON.parse(await textOf(entry, MOST_MARK)));
  if (!parsed.success) throw damaged(FORMAT_PART, 'it is no export');
  if (parsed.data.version === EXPORT_VERSION) return;
  const what = `its version is ${parsed.data.version}, and this program knows ${EXPORT_VERSION}`;
  throw damaged(FORMAT_PART, what);
}

function parseManifest(text: string): ExportManifest {
  const parsed = exportManifest.safeParse(JSON.parse(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw damaged(MANIFEST_PART, `${issue?.path.join('.')}: ${issue?.message}`);
}

async function textOf(entry: Entry, most: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bytesOf(entry)) {
    size += chunk.length;
    if (size > most) throw new Error('it is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

async function hashed(entry: Entry, take: (part: ReadPart) => Promise<void>): Promise<SeenPart> {
  const hash = createHash('sha256');
  const { name } = entry.header;
  let bytes = 0;
  let unread: unknown;
  async function* content() {
    try {
      for await (const chunk of bytesOf(entry)) {
        hash.update(chunk);
        bytes += chunk.length;
        yield chunk;
      }
    } catch (error) {
      unread = error;
      throw error;
    }
  }
  await take({ name, content: content() }).catch((error: unknown) => {
    throw error === unread ? error : new NotTaken(error);
  });
  return { name, bytes, sha256: hash.digest('hex') };
}

// Typed as a stream of anything by the package.
const bytesOf = (entry: Entry): AsyncIterable<Uint8Array> => entry as AsyncIterable<Uint8Array>;

/** Throws ORC_EXPORT where the parts are not those that the manifest has, in this order. */
function requireParts({ parts }: ExportManifest, seen: readonly SeenPart[]): void {
  for (const [index, { name, bytes, sha256 }] of parts.entries()) {
    const found = seen[index];
    if (found?.name !== name) {
      throw damaged(
        name,
        found === undefined ? 'it is missing' : `${found.name} stands in its place`,
      );
    }
    if (found.bytes !== bytes)
      throw damaged(name, `${found.bytes} bytes, where ${bytes} are to be`);
    if (found.sha256 !== sha256) throw damaged(name, 'its hash is another');
  }
  const more = seen[parts.length];
  if (more !== undefined) throw damaged(more.name, 'the manifest does not know it');
}
