import type Docker from 'dockerode';
import type { ProcessFile } from '../../../agents/process-file.ts';
import { type ArchiveEntry, linksIn, putEntries } from './archive.ts';
import { AGENT_UID, MAILBOX, mailboxContainer, SECRETS } from './container-options.ts';
import { isThere } from './file-stat.ts';

const ROOT = 0;
const END = 'end';
const OUTPUT_READ = 'output-read';

interface Content {
  /** Of the messages, in their order. */
  ids: Set<string>;
  ended: boolean;
}

/**
 * What only the spawner writes and the agent's container only reads: messages for stdin, secrets,
 * the end of its time. It is a volume, written through the engine by way of a container that is
 * never started, so that the spawner may be anywhere (docs/decisions/0008-docker-runtime.md).
 * `images/worker/agent-entry.sh` is the reader, and says what the files mean.
 *
 * A message is two entries of one archive, which the engine unpacks in order: its bytes, and a link
 * that counts. Whatever dies in between, it is there whole or not at all. One holder writes at a
 * time, and one call at a time.
 */
export class Mailbox {
  readonly #container: Docker.Container;
  #content: Content;
  /** A write broke off, and may still have been done. */
  #doubtful = false;

  private constructor(container: Docker.Container, content: Content) {
    this.#container = container;
    this.#content = content;
  }

  /** What is to be there before the agent starts; may be done again until then. */
  static async fill(
    docker: Docker,
    agentId: string,
    content: {
      environment: Readonly<Record<string, string>>;
      secrets: readonly ProcessFile[];
      expiresAt: Date;
    },
  ): Promise<void> {
    const folders = ['messages', 'index', 'secrets'].map(
      (name) => ({ type: 'directory', name, uid: ROOT, mode: 0o755 }) as const,
    );
    const environment = Object.entries(content.environment)
      .map(([name, value]) => `${name}=${value}\0`)
      .join('');
    await putEntries(docker.getContainer(mailboxContainer(agentId)), MAILBOX, [
      ...folders,
      { type: 'file', name: 'environment', uid: AGENT_UID, mode: 0o400, content: environment },
      ...content.secrets.map((file) => secretEntry(file, 'secrets/')),
      expiresEntry(content.expiresAt),
    ]);
  }

  static async open(docker: Docker, agentId: string): Promise<Mailbox> {
    const container = docker.getContainer(mailboxContainer(agentId));
    return new Mailbox(container, await read(container));
  }

  /** That of a run which has only just begun, and which nobody else holds: the engine need not be asked. */
  static unwritten(docker: Docker, agentId: string): Mailbox {
    const nothing = { ids: new Set<string>(), ended: false };
    return new Mailbox(docker.getContainer(mailboxContainer(agentId)), nothing);
  }

  /** Is this message in it? */
  async has(id: string): Promise<boolean> {
    return (await this.#known()).ids.has(id);
  }

  /** Can nothing be added any more? */
  async isEnded(): Promise<boolean> {
    return (await this.#known()).ended;
  }

  /** Throws where it is not known whether it was added; the next call on this mailbox looks. */
  async add(id: string, bytes: Uint8Array): Promise<void> {
    const { ids } = await this.#known();
    const number = ids.size;
    const link = { type: 'symlink', name: `index/${number}`, uid: ROOT, mode: 0o777 } as const;
    await this.#put([
      { type: 'file', name: `messages/${number}`, uid: ROOT, mode: 0o644, content: bytes },
      { ...link, target: targetOf(id) },
    ]);
    ids.add(id);
  }

  /** The agent sees the end of stdin behind what is in it now. */
  async end(): Promise<void> {
    const content = await this.#known();
    const entry = { type: 'symlink', name: END, uid: ROOT, mode: 0o777 } as const;
    await this.#put([{ ...entry, target: 'of-stdin' }]);
    content.ended = true;
  }

  /** The container need not wait for a reader any more. May be said again. */
  async confirmOutput(): Promise<void> {
    const entry = { type: 'symlink', name: OUTPUT_READ, uid: ROOT, mode: 0o777 } as const;
    await putEntries(this.#container, MAILBOX, [{ ...entry, target: 'to-its-end' }]);
  }

  async setExpiry(expiresAt: Date): Promise<void> {
    await putEntries(this.#container, MAILBOX, [expiresEntry(expiresAt)]);
  }

  async replaceSecret(file: ProcessFile): Promise<void> {
    await putEntries(this.#container, SECRETS, [secretEntry(file, '')]);
  }

  /** A number that is taken is never written again: the agent may have read its message already. */
  async #known(): Promise<Content> {
    if (this.#doubtful) {
      this.#content = await read(this.#container);
      this.#doubtful = false;
    }
    return this.#content;
  }

  async #put(entries: readonly ArchiveEntry[]): Promise<void> {
    this.#doubtful = true;
    await putEntries(this.#container, MAILBOX, entries);
    this.#doubtful = false;
  }
}

async function read(container: Docker.Container): Promise<Content> {
  const index = await linksIn(container, `${MAILBOX}/index`);
  const ids = [...index.keys()]
    .toSorted((a, b) => Number(a) - Number(b))
    .map((name) => idOf(index.get(name) ?? ''));
  return { ids: new Set(ids), ended: await isThere(container, `${MAILBOX}/${END}`) };
}

/** A link's target may hold neither NUL nor, for the archive's reader, be taken for a path. */
const targetOf = (id: string): string => `id:${encodeURIComponent(id)}`;
const idOf = (target: string): string => decodeURIComponent(target.slice('id:'.length));

const secretEntry = ({ path, content, mode }: ProcessFile, folder: string): ArchiveEntry => ({
  type: 'file',
  name: `${folder}${path}`,
  uid: AGENT_UID,
  mode: mode ?? 0o400,
  content,
});

const expiresEntry = (expiresAt: Date): ArchiveEntry => ({
  type: 'symlink',
  name: 'expires',
  uid: ROOT,
  mode: 0o777,
  target: String(Math.ceil(expiresAt.getTime() / 1000)),
});
