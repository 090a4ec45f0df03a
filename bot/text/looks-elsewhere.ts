import { parse } from 'tldts';

/** What turns text around, so that it is seen otherwise than it is written. */
const TURNING = /\p{Bidi_Control}/u;

/** Nothing to see: zero-width characters, soft hyphens. */
const UNSEEN = /\p{Cf}/gu;

/** Ideographic and halfwidth full stops, which URLs take for dots. */
const DOTS = /[\u3002\uff0e\uff61]/gu;

/** What stands around an address in a text. */
const BETWEEN = /[\s"'`\u201c\u201d\u2018\u2019\u00ab\u00bb<>()[\]{}|,;=*]+/u;

const SCHEME = /^[a-z][a-z0-9+.-]*:[/\\]+/i;

/** Where an address ends and its path begins, also in signs that look like a slash. */
const AFTER_HOST = /[/\\?#\u2044\u2215\u29f8].*$/su;

/**
 * Does a link's text look like an address of another host than the link's? Compared as URLs are
 * (letters of any script in their `xn--` form), so that one that looks like the other is another.
 *
 * @param target an address that a URL parser takes, or undefined for one that leads nobody knows where
 */
export function looksElsewhere(text: string, target: URL | undefined): boolean {
  if (TURNING.test(text)) return true;
  const seen = text.replaceAll(UNSEEN, '').replaceAll(DOTS, '.').normalize('NFKC');
  return seen
    .split(BETWEEN)
    .some((word) => addressesIn(word).some((one) => one !== hostOf(target)));
}

/** The hosts that a word looks like; of `shop.example@other.example` it is both. */
function addressesIn(word: string): string[] {
  const scheme = SCHEME.exec(word)?.[0] ?? '';
  const authority = word.slice(scheme.length).replace(AFTER_HOST, '');
  return authority.split('@').flatMap((part) => {
    const name = part.replace(/:\d*$/, '').replace(/^[.\-:!_]+|[.\-:!_\u2026]+$/g, '');
    const isAddress = scheme !== '' || isPublic(name);
    return name !== '' && isAddress ? [canonical(name)] : [];
  });
}

/**
 * Whether a text is a host: a name below a suffix of the Internet, or a whole IP address. A number
 * alone is none here, though a browser takes it for one.
 */
function isPublic(name: string): boolean {
  const { isIcann, domain } = parse(canonical(name));
  return (isIcann === true && domain !== null) || /^\d+(?:\.\d+){3}$/.test(name);
}

function hostOf(target: URL | undefined): string | undefined {
  if (target === undefined) return undefined;
  const { protocol, hostname, pathname } = target;
  return canonical(protocol === 'mailto:' ? (pathname.split('@').at(-1) ?? '') : hostname);
}

/** Of one spelling; `www.` makes no difference to anybody. */
function canonical(host: string): string {
  const url = `http://${host}`;
  const name = host !== '' && URL.canParse(url) ? new URL(url).hostname : host.toLowerCase();
  return name.replace(/^www\./, '').replace(/\.$/, '');
}
