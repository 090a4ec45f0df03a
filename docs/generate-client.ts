import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { apiClient } from './pages/api-client.ts';

const FOLDER = join(import.meta.dirname, 'client');

await rm(FOLDER, { recursive: true, force: true });
for (const [name, content] of await apiClient()) {
  const file = join(FOLDER, name);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}
