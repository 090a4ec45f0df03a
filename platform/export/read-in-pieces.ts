import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

const PIECE = 256 * 1024;

/**
 * The first bytes of a file, exactly so many: of one that grows what came before, of one that became shorter zeros
 * behind it, since how many there are was told already. No link is followed.
 */
export async function* readInPieces(file: string, bytes: number): AsyncGenerator<Uint8Array> {
  await using handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW);
  for (let at = 0; at < bytes; ) {
    const length = Math.min(PIECE, bytes - at);
    const piece = Buffer.alloc(length);
    const { bytesRead } = await handle.read(piece, 0, length, at);
    yield piece.subarray(0, bytesRead === 0 ? length : bytesRead);
    at += bytesRead === 0 ? length : bytesRead;
  }
}
