import type { IncomingHttpHeaders } from 'node:http';
import { OrchestratorError } from '../../schemas/errors.ts';
import { hostOfHeader } from '../../schemas/host-name.ts';

/** Refuses with ORC_FOREIGN_HOST what is asked by another host, or by a page of another host. */
export function requireHost(hosts: readonly string[], headers: IncomingHttpHeaders): void {
  const isOurs = (host: string | undefined) => host !== undefined && hosts.includes(host);
  const { host = '', origin } = headers;
  if (!isOurs(hostOfHeader(host))) throw foreign('Host', host);
  if (origin !== undefined && !isOurs(hostOfOrigin(origin))) throw foreign('Origin', origin);
}

/** The host of an origin; undefined for a page without one of its own (`null`). */
const hostOfOrigin = (origin: string): string | undefined =>
  URL.canParse(origin) ? new URL(origin).hostname : undefined;

const foreign = (header: string, value: string): OrchestratorError =>
  new OrchestratorError('ORC_FOREIGN_HOST', `${header} ${JSON.stringify(value)} is not allowed`);
