/** RFC 1952: deflate, no flags, no time, nothing said of the compression, an unknown system. */
export const gzipHeader = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
