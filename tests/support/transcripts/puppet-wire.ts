/** What a puppet tells the test. */
export type FromPuppet = PuppetBegun | { in: string | null };

/** Its first word; then come the lines of its stdin, and null for the end. */
export interface PuppetBegun {
  start: readonly string[];
  pid: number;
  workspace: string;
  environment: NodeJS.ProcessEnv;
}

/** What the test tells a puppet: bytes to say, in base64 (null closes stdout), or how to end. */
export type ToPuppet = { out: string | null } | { err: string } | { exit: number | string };
