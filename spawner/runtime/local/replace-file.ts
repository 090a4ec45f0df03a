import { randomUUID } from 'node:crypto';
import { rename, writeFile } from 'node:fs/promises';

/** Writes a file so that a reader sees the old content or the new, never a part. */
export async function replaceFile(file: string, content: string, mode: number): Promise<void> {
  const unfinished = `${file}.${randomUUID()}`;
  await writeFile(unfinished, content, { mode });
  await rename(unfinished, file);
}
