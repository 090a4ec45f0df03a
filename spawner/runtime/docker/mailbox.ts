import type Docker from 'dockerode';
import type { ProcessFile } from '../runtime.ts';
import { type ArchiveEntry, linksIn, putEntries } from './archive.ts';
import { AGENT_UID, MAILBOX, mailboxContainer, SECRETS } from './container-options.ts';
import { isThere } from './file-stat.ts';

const ROOT = 0;
const END = 'end';

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
  readonly #ids: Set<string>;
  #ended: boolean;

  private constructor(container: Docker.Container, ids: Set<string>, ended: boolean) {
    this.#container = container;
    this.#ids = ids;
    this.#ended = ended;
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
    const index = await linksIn(container, `${MAILBOX}/index`);
    const ids = [...index.keys()]
      .toSorted((a, b) => Number(a) - Number(b))
      .map((name) => index.get(name) ?? '');
    const ended = await isThere(container, `${MAILBOX}/${END}`);
    return new Mailbox(container, new Set(ids.map(idOf)), ended);
  }

  /** Is this message in it? */
  has(id: string): boolean {
    return this.#ids.has(id);
  }

  /** Nothing can be added any more. */
  get ended(): boolean {
    return this.#ended;
  }

  async add(id: string, bytes: Uint8Array): Promise<void> {
    const number = this.#ids.size;
    const link = { type: 'symlink', name: `index/${number}`, uid: ROOT, mode: 0o777 } as const;
    await putEntries(this.#container, MAILBOX, [
      { type: 'file', name: `messages/${number}`, uid: ROOT, mode: 0o644, content: bytes },
      { ...link, target: targetOf(id) },
    ]);
    this.#ids.add(id);
  }

  /** The agent sees the end of stdin behind what is in it now. */
  async end(): Promise<void> {
    const entry = {
      type: 'symlink',
      name: END,
      uid: ROOT,
      mode: 0o777,
      target: 'of-stdin',
    } as const;
    await putEntries(this.#container, MAILBOX, [entry]);
    this.#ended = true;
  }

  async setExpiry(expiresAt: Date): Promise<void> {
    await putEntries(this.#container, MAILBOX, [expiresEntry(expiresAt)]);
  }

  async replaceSecret(file: ProcessFile): Promise<void> {
    await putEntries(this.#container, SECRETS, [secretEntry(file, '')]);
  }
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
