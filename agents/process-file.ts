export interface ProcessFile {
  /** Relative to the agent's home; of a `secret` one, to the folder of secrets. */
  path: string;
  content: string | Uint8Array;
  /** Permission bits; 0o600 where none are given. */
  mode?: number;
  /** For the agent to read and not to change, where the runtime can keep it from that. */
  secret?: boolean;
}

/** A file whose content is text. */
export interface TextFile extends ProcessFile {
  content: string;
}
