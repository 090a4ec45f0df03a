/** Debian's archive itself: not its security archive, and nobody else's. */
const ARCHIVE = /\/debian(\.list)?(\/|$)/;
/** `bookworm`, `stable`; neither `bookworm-updates` nor `bookworm/updates` nor a flat `./`. */
const MAIN_SUITE = /^[a-z]+$/;

/**
 * The machine's own mirrors of Debian's archive with another suite: what they are reached by
 * (address, keys, options) stays, so that a mirror inside a company keeps working.
 *
 * @param {string} text a `.list` file, one source a line
 * @param {string} suite
 * @returns {string} empty where the file names no such mirror
 */
export function oneLineSources(text, suite) {
  const lines = text.split('\n').flatMap((line) => {
    const [, options = '', uri = '', own = '', components = ''] =
      /^\s*deb\s+(\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s+([^#]*)/.exec(line) ?? [];
    const usable = isOwnArchive([uri], [own], components.split(/\s+/));
    return usable ? [`deb ${options}${uri} ${suite} main\n`] : [];
  });
  return [...new Set(lines)].join('');
}

/**
 * As `oneLineSources`, for the newer format.
 *
 * @param {string} text a `.sources` file (deb822), one source a paragraph
 * @param {string} suite
 * @returns {string}
 */
export function deb822Sources(text, suite) {
  const paragraphs = text.split(/\n[ \t]*\n/).flatMap((paragraph) => {
    const fields = fieldsOf(paragraph);
    if (/^(no|false|0)$/i.test(fields.get('enabled') ?? 'yes')) return [];
    const usable =
      words(fields.get('types')).includes('deb') &&
      isOwnArchive(
        words(fields.get('uris')),
        words(fields.get('suites')),
        words(fields.get('components')),
      );
    if (!usable) return [];
    fields.set('types', 'deb').set('suites', suite).set('components', 'main');
    return [[...fields].map(([name, value]) => `${name}: ${value}\n`).join('')];
  });
  return paragraphs.join('\n');
}

/**
 * @param {readonly string[]} uris
 * @param {readonly string[]} suites
 * @param {readonly string[]} components
 */
function isOwnArchive(uris, suites, components) {
  return (
    uris.some((uri) => ARCHIVE.test(uri)) &&
    suites.some((suite) => MAIN_SUITE.test(suite)) &&
    components.includes('main')
  );
}

/**
 * @param {string} paragraph
 * @returns {Map<string, string>} by lower-case name; a value keeps its continuation lines (a key
 *   may be written out under `Signed-By`)
 */
function fieldsOf(paragraph) {
  /** @type {Map<string, string>} */
  const fields = new Map();
  let name = '';
  for (const line of paragraph.split('\n')) {
    const field = /^([\w-]+)\s*:\s*(.*)$/.exec(line);
    if (line.startsWith('#')) continue;
    if (field) {
      name = (field[1] ?? '').toLowerCase();
      fields.set(name, field[2] ?? '');
    } else if (name !== '' && /^\s+\S/.test(line)) {
      fields.set(name, `${fields.get(name)}\n${line}`);
    }
  }
  return fields;
}

/** @param {string | undefined} value */
function words(value) {
  return (value ?? '').split(/\s+/).filter((word) => word !== '');
}
