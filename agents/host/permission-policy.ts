import type { PermissionRequest } from './driver.ts';
import type { PermissionPolicy } from './host-order.ts';
import { simpleCommand } from './simple-command.ts';

/** How an agent speaks: without it, it could not even ask. */
const OWN_COMMAND = 'orchestrator *';

export type PolicyDecision = 'allow' | 'ask' | 'deny';

/**
 * What the policy says of a request. A pattern allows a tool by its name, or a command line that is
 * one simple command; what a person allowed (`granted`) counts like a pattern.
 */
export function decidePermission(
  policy: PermissionPolicy,
  granted: ReadonlySet<string>,
  request: PermissionRequest,
): PolicyDecision {
  if (granted.has(grantOf(request))) return 'allow';
  const patterns = [...policy.allowed, OWN_COMMAND];
  const command = request.command === undefined ? undefined : simpleCommand(request.command);
  const names = request.command === undefined ? [request.tool] : command ? [command] : [];
  const allowed = patterns.some((pattern) => names.some((name) => matches(pattern, name)));
  return allowed ? 'allow' : policy.otherwise;
}

/** What a person allows for longer than once: this very command, or this tool. */
export const grantOf = ({ command, tool }: PermissionRequest): string => command ?? `tool ${tool}`;

/** `*` is any text; a trailing ` *` may also be nothing: `git status *` is `git status`. */
function matches(pattern: string, name: string): boolean {
  const literal = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  const body = pattern.replace(/ \*$/, '').split('*').map(literal).join('[\\s\\S]*');
  const tail = pattern.endsWith(' *') ? '(?:\\s[\\s\\S]*)?' : '';
  return new RegExp(`^${body}${tail}$`).test(name);
}
