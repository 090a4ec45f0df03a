/** By what git may fetch and push; `file` is a folder of this machine. */
export type GitProtocol = 'file' | 'http' | 'https' | 'ssh';

/** What is particular to one call. */
export interface GitPlace {
  /** PATH; git and ssh are looked for there. */
  searchPath: string;
  /** Folder without settings of anybody: HOME of the call. */
  home: string;
  /** By what it may reach another repository; none without. */
  protocols?: readonly GitProtocol[];
  /** More variables: GIT_INDEX_FILE, credentials that the operator configured. They win. */
  more?: Readonly<Record<string, string>>;
}

/**
 * Everything that git gets of an environment, an allow list: no setting, helper or prompt of whoever
 * runs the system (git, "Environment Variables").
 */
export function gitEnvironment(place: GitPlace): Record<string, string> {
  const { searchPath, home, protocols = [], more } = place;
  return {
    PATH: searchPath,
    HOME: home,
    XDG_CONFIG_HOME: home,
    LC_ALL: 'C.UTF-8',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '/bin/false',
    SSH_ASKPASS: '/bin/false',
    GIT_SSH_COMMAND: 'ssh -oBatchMode=yes',
    // It wins over every `protocol.*` of any configuration; `ext` is never in it.
    GIT_ALLOW_PROTOCOL: protocols.join(':') || 'none',
    // Replacements are refs, which a foreign repository may bring.
    GIT_NO_REPLACE_OBJECTS: '1',
    // A foreign partial clone names the remote that what it lacks is fetched from.
    GIT_NO_LAZY_FETCH: '1',
    GIT_LFS_SKIP_SMUDGE: '1',
    ...more,
  };
}

/** Wins over the configuration of the repository that it works in, since it is on the command line. */
const SETTINGS: Readonly<Record<string, string>> = {
  'core.hooksPath': '/dev/null',
  'core.fsmonitor': 'false',
  'core.untrackedCache': 'false',
  'core.attributesFile': '/dev/null',
  'core.excludesFile': '/dev/null',
  'core.alternateRefsCommand': '/bin/false',
  'core.protectHFS': 'true',
  'core.protectNTFS': 'true',
  'core.quotePath': 'false',
  'credential.helper': '',
  'submodule.recurse': 'false',
  'fetch.recurseSubmodules': 'false',
  'transfer.bundleURI': 'false',
  'gc.auto': '0',
  'maintenance.auto': 'false',
  'commit.gpgSign': 'false',
  'tag.gpgSign': 'false',
  'log.showSignature': 'false',
  'advice.detachedHead': 'false',
};

/**
 * @param trusted folder whose owner is not looked at (`safe.directory`): one that somebody allowed. git
 * looks at the repository in it, or at the folder itself where that is a bare one.
 */
export function gitSettings(trusted: string | undefined): string[] {
  const folders = trusted === undefined ? [] : [trusted, `${trusted.replace(/\/+$/, '')}/.git`];
  const safe = folders.map((folder) => ['safe.directory', folder] as const);
  return [...Object.entries(SETTINGS), ...safe].flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
}

/** The same settings as variables, for whoever calls git by itself (git-config, "GIT_CONFIG_COUNT"). */
export function gitVariables(): Record<string, string> {
  const all = Object.entries(SETTINGS).filter(([name]) => !KEPT_BY_WORKSPACES.has(name));
  const pairs = all.flatMap(([name, value], at) => [
    [`GIT_CONFIG_KEY_${at}`, name],
    [`GIT_CONFIG_VALUE_${at}`, value],
  ]);
  return { GIT_CONFIG_COUNT: String(all.length), ...Object.fromEntries(pairs) };
}

/** Needed to find the snapshot of a workspace quickly, and nobody's but its own. */
const KEPT_BY_WORKSPACES: ReadonlySet<string> = new Set(['core.untrackedCache']);
