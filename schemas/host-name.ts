/** What stands before the port: a name, an IPv4 address, an IPv6 address in brackets. */
const HOST = /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])$/i;
const WITH_PORT = /^(.+?)(?::\d{1,5})?$/;

/**
 * A host in the one spelling that URLs have (`[::1]`, lower case, addresses in full); undefined for
 * what is none, such as one with a port or an international name that is not in its `xn--` form.
 */
export function hostName(text: string): string | undefined {
  // An IPv6 address by itself.
  const host = /^[0-9a-f:.]*:[0-9a-f:.]*:[0-9a-f:.]*$/i.test(text) ? `[${text}]` : text;
  if (!HOST.test(host) || !URL.canParse(`http://${host}`)) return undefined;
  return new URL(`http://${host}`).hostname;
}

/** The same of a `Host` header, which may have a port. */
export function hostOfHeader(header: string): string | undefined {
  const host = WITH_PORT.exec(header)?.[1] ?? '';
  return hostName(host);
}
