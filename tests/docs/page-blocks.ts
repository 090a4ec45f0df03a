/** A fenced block of a page that says which file it is: ```` ```ts agents/x/y.ts ````. */
export interface FileBlock {
  path: string;
  content: string;
}

/** The blocks of a page that are files, in order. */
export const fileBlocks = (page: string): FileBlock[] =>
  [...page.matchAll(/^```\w+ (\S+)\n(.*?)^```$/gms)].map(([, path = '', content = '']) => ({
    path,
    content,
  }));
