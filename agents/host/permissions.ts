import { readNamedFile } from '../../core/log/read-named-file.ts';
import { SerialQueue } from '../../platform/async/serial-queue.ts';
import { replaceFile } from '../../platform/files/replace-file.ts';
import type { PermissionAnswer, PermissionRequest } from './driver.ts';
import type { PermissionPolicy } from './host-order.ts';
import { decidePermission, grantOf } from './permission-policy.ts';

/** Bytes of what was allowed for always. */
const MAX_KEPT = 1024 * 1024;

/** What a person may answer; anything else is a no with a reason. */
export const CHOICES = ['once', 'for this session', 'always', 'no'] as const;

export interface PermissionsOptions {
  policy: PermissionPolicy;
  /** Keeps what was allowed for always, in the agent's home. */
  file: string;
  /** Asks the person; undefined where nobody answered. */
  ask: (question: string, choices: readonly string[]) => Promise<string | undefined>;
  log: (line: string) => void;
}

/** Decides what a CLI may do: by the policy, by what was allowed before, by asking. */
export class Permissions {
  readonly #options: PermissionsOptions;
  readonly #granted = new Set<string>();
  #always: string[] = [];
  readonly #questions = new SerialQueue();

  constructor(options: PermissionsOptions) {
    this.#options = options;
  }

  /** Takes up what was allowed for always. */
  load(): void {
    // The agent may have put anything in its place.
    const read = readNamedFile(this.#options.file, MAX_KEPT);
    const kept: unknown = JSON.parse(read.ok ? read.bytes.toString() : '[]');
    this.#always = Array.isArray(kept) ? kept.filter((one) => typeof one === 'string') : [];
    for (const grant of this.#always) this.#granted.add(grant);
  }

  /** One question at a time: a person answers one. */
  request(request: PermissionRequest): Promise<PermissionAnswer> {
    return this.#questions.run(() => this.#decide(request));
  }

  async #decide(request: PermissionRequest): Promise<PermissionAnswer> {
    const decision = decidePermission(this.#options.policy, this.#granted, request);
    if (decision !== 'ask') {
      if (decision === 'deny') this.#options.log(`not allowed: ${grantOf(request)}`);
      return decision;
    }
    const what = request.command ?? `${request.tool}: ${request.what}`;
    const answer = await this.#options.ask(`May I do this?\n${what}`, CHOICES);
    this.#options.log(`asked for ${grantOf(request)}: ${answer ?? 'no answer'}`);
    return this.#answered(request, answer?.trim().toLowerCase());
  }

  async #answered(
    request: PermissionRequest,
    answer: string | undefined,
  ): Promise<PermissionAnswer> {
    switch (answer) {
      case 'once':
      case 'yes':
        return 'allow';
      case 'for this session':
        this.#granted.add(grantOf(request));
        return 'allow';
      case 'always':
        this.#granted.add(grantOf(request));
        this.#always.push(grantOf(request));
        await this.#save();
        return 'allow';
      default:
        return 'deny';
    }
  }

  async #save(): Promise<void> {
    await replaceFile(this.#options.file, JSON.stringify(this.#always));
  }
}
