/** One thing that the mirror does in Redis because of a message of the log. */
export type MirrorOp =
  /** An entry of `cli-agent:responses`; see the script for what becomes of `id`. */
  | {
      do: 'respond';
      id: string;
      fields: readonly string[];
      /** Not where this entry stands in the stream: a script wrote it there. */
      unless?: string;
    }
  | { do: 'log'; key: string; fields: readonly string[] }
  | { do: 'set'; key: string; value: string }
  /** Deletes a key that has this value still. */
  | { do: 'unset'; key: string; value: string }
  | { do: 'publish'; channel: string; message: string };

/** The operation in the script's form: the number of arguments, what to do, the arguments. */
export function opArguments(op: MirrorOp): string[] {
  const [name, ...rest] = parts(op);
  return [String(rest.length), name, ...rest];
}

function parts(op: MirrorOp): [string, ...string[]] {
  switch (op.do) {
    case 'respond':
      return [op.do, op.id, op.unless ?? '', ...op.fields];
    case 'log':
      return [op.do, op.key, ...op.fields];
    case 'set':
    case 'unset':
      return [op.do, op.key, op.value];
    case 'publish':
      return [op.do, op.channel, op.message];
  }
}
