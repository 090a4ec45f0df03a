/** Whether a subject is one that a filter of NATS selects (`*` is a token, `>` at the end the rest). */
export function isSelected(filter: string, subject: string): boolean {
  const [wanted, tokens] = [filter.split('.'), subject.split('.')];
  for (const [at, token] of wanted.entries()) {
    if (token === '>') return tokens.length > at;
    if (at >= tokens.length || (token !== '*' && token !== tokens[at])) return false;
  }
  return wanted.length === tokens.length;
}

/** How many tokens of a subject say whose it is (`Address`), the root among them. */
const OWNER_TOKENS = new Map([
  ['users', 3],
  ['deliveries', 3],
]);

const DEFAULT_OWNER_TOKENS = 2;

/** Whose a subject is, such as `agents.<id>` or `users.<channel>.<id>`; undefined for a filter over several. */
export function ownerOf(subject: string): string | undefined {
  const tokens = subject.split('.');
  const owner = tokens.slice(0, OWNER_TOKENS.get(tokens[0] ?? '') ?? DEFAULT_OWNER_TOKENS);
  return owner.some((token) => token === '*' || token === '>') ? undefined : owner.join('.');
}
