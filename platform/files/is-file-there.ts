import { stat } from 'node:fs/promises';

/** Whether there is a file, which a folder is not. */
export const isFileThere = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
