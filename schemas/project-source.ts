/** Where a project's repository comes from. */
export type ProjectSource =
  | { kind: 'url'; url: string; protocol: 'http' | 'https' | 'ssh' }
  | { kind: 'folder'; path: string };

/** Characters of a URL or a path: what any system takes as a path (Linux, PATH_MAX). */
export const MAX_SOURCE = 4_096;

/** `git@github.com:owner/shop.git`, as ssh and scp have it (git, "GIT URLS"). */
const SCP_LIKE = /^[\w.-]+@[\w.-]+:[^:\s][^\s]*$/;

/** Nothing of it may be taken for an option or for another transport, such as `ext::`. */
export const NO_SOURCE =
  'an https or ssh URL without a password, or an absolute path of a folder; no other transports';

/** What a text names; undefined where it is no source that git may be given. Pure. */
export function projectSource(text: string): ProjectSource | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  if (text.length > MAX_SOURCE || /[\u0000-\u001f\u007f]/.test(text)) return undefined;
  if (text.startsWith('/')) return { kind: 'folder', path: text };
  if (SCP_LIKE.test(text) && !text.includes('::')) {
    return text.startsWith('-') ? undefined : { kind: 'url', url: text, protocol: 'ssh' };
  }
  return urlSource(text);
}

function urlSource(text: string): ProjectSource | undefined {
  if (!URL.canParse(text) || text.includes('::')) return undefined;
  const { protocol, hostname, password, username } = new URL(text);
  const name = PROTOCOLS[protocol];
  if (name === undefined || hostname === '' || hostname.startsWith('-')) return undefined;
  // A secret has no place in an event; the name before the @ of an https URL is often one, too.
  if (password !== '' || (username !== '' && name !== 'ssh')) return undefined;
  return username.startsWith('-') ? undefined : { kind: 'url', url: text, protocol: name };
}

const PROTOCOLS: Record<string, 'http' | 'https' | 'ssh'> = {
  'https:': 'https',
  'http:': 'http',
  'ssh:': 'ssh',
};

/**
 * A branch's name that needs no thought: letters, digits and `._/-`, as `git check-ref-format` wants it,
 * and nothing that could be taken for an option.
 */
export function isBranchName(name: string): boolean {
  if (name.length > 200 || !/^[\p{L}\p{N}_][\p{L}\p{N}._/-]*$/u.test(name)) return false;
  return name
    .split('/')
    .every((part) => part !== '' && !/^\.|\.\.|\.lock$|\.$/.test(part) && part !== 'HEAD');
}

export const NO_BRANCH = 'a branch name of letters, digits, `.`, `_`, `-` and `/`';
