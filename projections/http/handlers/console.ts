import type { HandlersOf } from '../api-context.ts';
import { consoleFile } from '../console-files.ts';

export const consoleHandlers: HandlersOf<'console' | 'consoleFile'> = {
  console: ({ acceptsGzip }) => consoleFile('console.html', acceptsGzip),
  consoleFile: ({ params, acceptsGzip }) => consoleFile(params.file, acceptsGzip),
};
