import { namedChoice } from '../../core/conversation/choice-of.ts';
import { SerialQueue } from '../../platform/async/serial-queue.ts';
import type { PermissionAnswer, PermissionRequest } from './driver.ts';
import type { PermissionPolicy } from './host-order.ts';
import { decidePermission, grantOf } from './permission-policy.ts';

/**
 * What a person may answer, by name or number, or `yes`; anything else is a no with a reason. What is
 * allowed for longer than once holds until the host ends, which is as long as its agent lives.
 */
export const CHOICES = ['once', 'for this session', 'always', 'no'] as const;

export interface PermissionsOptions {
  policy: PermissionPolicy;
  /** Asks the person; undefined where nobody answered. */
  ask: (question: string, choices: readonly string[]) => Promise<string | undefined>;
  log: (line: string) => void;
}

/**
 * Decides what a CLI may do: by the policy, by what was allowed before, by asking. What was allowed is
 * in this process's memory alone: a file in the agent's home is one that the agent can write
 * (docs/decisions/0068-grants-in-memory.md).
 */
export class Permissions {
  readonly #options: PermissionsOptions;
  readonly #granted = new Set<string>();
  readonly #questions = new SerialQueue();

  constructor(options: PermissionsOptions) {
    this.#options = options;
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
    const choice = namedChoice(answer ?? '', CHOICES) ?? answer?.trim().toLowerCase();
    return this.#answered(request, choice);
  }

  #answered(request: PermissionRequest, answer: string | undefined): PermissionAnswer {
    switch (answer) {
      case 'once':
      case 'yes':
        return 'allow';
      case 'for this session':
      case 'always':
        this.#granted.add(grantOf(request));
        return 'allow';
      default:
        return 'deny';
    }
  }
}
