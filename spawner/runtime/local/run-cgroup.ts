import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A cgroup (version 2) that holds what an agent has started, and nothing else: no process leaves it
 * by forking, by setsid or by another environment. Only where this process may make one: as root, or
 * where its own cgroup is delegated to it (systemd's `Delegate=yes`, a user's own services). No
 * controller is wanted, so nothing is limited or shared out in another way.
 */
export class RunCgroup {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Makes it, or takes up the one that an earlier try has made; undefined where it may not be. */
  static make(parent: string | undefined, name: string): RunCgroup | undefined {
    if (parent === undefined) return undefined;
    const path = join(parent, name);
    try {
      mkdirSync(path, { recursive: true });
      return new RunCgroup(path);
    } catch {
      return undefined;
    }
  }

  /** The processes in it and in those that the agent has made below it. */
  pids(): number[] {
    return this.#all().flatMap((path) => {
      // One of another pid namespace is 0.
      return textOf(join(path, 'cgroup.procs')).split('\n').map(Number).filter(Boolean);
    });
  }

  /** SIGKILL to all at one moment, which a fork cannot outrun; nothing before Linux 5.14. */
  kill(): void {
    try {
      writeFileSync(join(this.path, 'cgroup.kill'), '1');
    } catch {
      // Each of its processes is killed by itself.
    }
  }

  /** Stays where a process is in it. */
  remove(): void {
    for (const path of this.#all().toReversed()) {
      try {
        rmdirSync(path);
      } catch {
        // In use, or gone.
      }
    }
  }

  /** Outermost first. */
  #all(): string[] {
    const found = [this.path];
    for (const path of found) {
      for (const entry of entriesOf(path))
        if (entry.isDirectory()) found.push(join(path, entry.name));
    }
    return found;
  }
}

/** This process's own cgroup, where version 2 is mounted; cgroups(7). */
export function ownCgroup(): string | undefined {
  const own = /^0::(\/.*)$/m.exec(textOf('/proc/self/cgroup'))?.[1];
  const mount = textOf('/proc/self/mountinfo')
    .split('\n')
    .map((line) => line.split(' '))
    .find((fields) => fields[fields.indexOf('-') + 1] === 'cgroup2');
  const [root, folder] = [mount?.[3], mount?.[4]];
  // Another root: this process is shown another part of the tree than it is in.
  if (own === undefined || folder === undefined || root !== '/' || own.startsWith('/..')) {
    return undefined;
  }
  return join(folder, own);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
