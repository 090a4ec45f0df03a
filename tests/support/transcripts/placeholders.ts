const UUID = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/g;
const INSTANT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;
/** A number of JSON that is a time of these years, in seconds or milliseconds since 1970. */
const EPOCH = /(?<=[:,[])1[789]\d{8}(\d{3})?(?=[,}\]])/g;

/** Puts names in place of what differs from run to run and from machine to machine. */
export function withPlaceholders(text: string, values: Readonly<Record<string, string>>): string {
  const named = Object.entries(values)
    .sort(([, one], [, other]) => other.length - one.length)
    .reduce((all, [name, value]) => all.replaceAll(value, `<${name}>`), text);
  const numbers = new Map<string, number>();
  return named
    .replace(UUID, (uuid) => {
      const number = numbers.get(uuid) ?? numbers.size + 1;
      numbers.set(uuid, number);
      return `<uuid-${number}>`;
    })
    .replace(INSTANT, '<time>')
    .replace(EPOCH, (_number, milliseconds) => `1700000000${milliseconds ? '000' : ''}`);
}

const PLACEHOLDER = /<(?:uuid-\d+|workspace)>/g;
const ANY_UUID = `(${UUID.source})`;

/** What the placeholders of a transcript stand for while it is played. */
export class Bindings {
  readonly #values = new Map<string, string>();

  constructor(workspace: string) {
    this.#values.set('<workspace>', workspace);
  }

  /** What the CLI says: an id that is not known yet is the CLI's own to choose. */
  fill(template: unknown): unknown {
    return mapped(template, (text) =>
      text.replace(PLACEHOLDER, (placeholder) => {
        const number = placeholder.replace(/\D/g, '').padStart(12, '0');
        const value = this.#values.get(placeholder) ?? `00000000-0000-4000-8000-${number}`;
        this.#values.set(placeholder, value);
        return value;
      }),
    );
  }

  /** Where what the driver wrote differs from what was recorded; it chooses ids that are not known yet. */
  differences(template: unknown, actual: unknown, path = ''): string[] {
    if (typeof template === 'string' && typeof actual === 'string') {
      return this.#matches(template, actual) ? [] : [differs(path, template, actual)];
    }
    if (isRecord(template) && isRecord(actual)) {
      const names = [...new Set([...Object.keys(template), ...Object.keys(actual)])];
      return names.flatMap((name) => {
        const expected = template[name];
        const inner = path === '' ? name : `${path}.${name}`;
        return expected === undefined
          ? [differs(inner, expected, actual[name])]
          : this.differences(expected, actual[name], inner);
      });
    }
    if (Array.isArray(template) && Array.isArray(actual) && template.length === actual.length) {
      return template.flatMap((each, index) =>
        this.differences(each, actual[index], `${path}[${index}]`),
      );
    }
    return template === actual ? [] : [differs(path, template, actual)];
  }

  #matches(template: string, actual: string): boolean {
    const names: string[] = [];
    const literal = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
    const between = template.split(PLACEHOLDER).map(literal);
    const placeholders = (template.match(PLACEHOLDER) ?? []).map((placeholder) => {
      const value = this.#values.get(placeholder);
      if (value !== undefined) return literal(value);
      names.push(placeholder);
      return ANY_UUID;
    });
    const pattern = between.map((text, index) => `${text}${placeholders[index] ?? ''}`).join('');
    const found = new RegExp(`^${pattern}$`).exec(actual);
    names.forEach((name, index) => {
      const value = found?.[index + 1];
      if (value !== undefined) this.#values.set(name, value);
    });
    return found !== null;
  }
}

const differs = (path: string, expected: unknown, actual: unknown): string =>
  `at ${path || 'the whole line'}: recorded ${JSON.stringify(expected)}, written ${JSON.stringify(actual)}`;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value with each text in it changed. */
export function mapped(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((each) => mapped(each, change));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, mapped(each, change)]),
  );
}
