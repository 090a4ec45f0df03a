import { hostName } from '../../schemas/host-name.ts';
import type { Settings } from '../../schemas/settings.ts';
import { isLoopback } from './http-token.ts';

/** How this machine calls itself. */
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/**
 * The hosts by which the API may be asked; undefined for any. A page of somebody else's site can
 * have its name lead to 127.0.0.1 (DNS rebinding) and would be answered without a token there; its
 * requests still bear that name. What is bound for others is asked by names that only its operator
 * knows, and wants the token.
 */
export function allowedHosts(settings: Settings): readonly string[] | undefined {
  const { ORCHESTRATOR_HTTP_HOST: bound, ORCHESTRATOR_HTTP_ALLOWED_HOSTS: named } = settings;
  if (named === undefined && !isLoopback(bound)) return undefined;
  return [...LOOPBACK, hostName(bound) ?? bound, ...(named ?? [])];
}
