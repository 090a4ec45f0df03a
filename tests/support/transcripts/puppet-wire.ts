import type { Socket } from 'node:net';

/** The first word of a puppet. */
export interface PuppetBegun {
  start: readonly string[];
  pid: number;
  workspace: string;
  environment: NodeJS.ProcessEnv;
}

/**
 * What the test tells a puppet, each in a line: to say what is in a file of its folder, to close its
 * stdout, or how to end.
 */
export type ToPuppet = `${'out' | 'err'} ${string}` | 'close' | `exit ${number}` | `kill ${string}`;

/**
 * Hears a puppet: how it has begun, and then each line of its stdin; null for the end. Its first word are
 * texts that end with a zero byte: pid, folder, the number of arguments, these, the environment, and an
 * empty one. What follows are lines.
 */
export async function hear(
  socket: Socket,
  begun: (begun: PuppetBegun) => void,
  line: (line: string | null) => void,
): Promise<void> {
  let rest = '';
  let hasBegun = false;
  // The end of the environment: no entry of it is empty.
  const endOfBegun = /^[^\0]+\0[^\0]+\0(\d+)\0/;
  socket.setEncoding('utf8');
  for await (const chunk of socket) {
    rest += chunk;
    if (!hasBegun) {
      const count = endOfBegun.exec(rest)?.[1];
      const fields = rest.split('\0');
      const environmentAt = 3 + Number(count);
      const end = count === undefined ? -1 : fields.indexOf('', environmentAt);
      // The text behind the last zero byte is not a field yet.
      if (end === -1 || end === fields.length - 1) continue;
      hasBegun = true;
      begun(begunOf(fields.slice(0, end), environmentAt));
      rest = fields.slice(end + 1).join('\0');
    }
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const each of lines) line(each === 'end' ? null : each.slice('in '.length));
  }
}

function begunOf(fields: readonly string[], environmentAt: number): PuppetBegun {
  const [pid, workspace = ''] = fields;
  const entries = fields.slice(environmentAt).map((entry) => {
    const equals = entry.indexOf('=');
    return [entry.slice(0, equals), entry.slice(equals + 1)];
  });
  return {
    start: fields.slice(3, environmentAt),
    pid: Number(pid),
    workspace,
    environment: Object.fromEntries(entries),
  };
}
