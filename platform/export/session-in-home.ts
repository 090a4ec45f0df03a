/**
 * A session of JSON lines as it is in another home: paths below the old one lead below the new one, so that nobody who
 * remembers a path works in somebody else's folder; Codex works in the folder that its session names. What a model has signed
 * stays as it is: changed, its service would refuse it. What is no JSON stays as well. Pure.
 */
export const sessionInHome = (text: string, from: string, to: string): string =>
  text
    .split('\n')
    .map((line) => lineInHome(line, from, to))
    .join('\n');

/** The same for a file as it comes, in pieces of any size. */
export async function* linesInHome(
  content: AsyncIterable<Uint8Array>,
  from: string,
  to: string,
): AsyncGenerator<Uint8Array> {
  const begun: Uint8Array[] = [];
  for await (const piece of content) {
    const end = piece.lastIndexOf(LINE_FEED) + 1;
    if (end > 0) {
      yield Buffer.from(sessionInHome(textOf([...begun, piece.subarray(0, end)]), from, to));
      begun.length = 0;
    }
    begun.push(piece.slice(end));
  }
  yield Buffer.from(sessionInHome(textOf(begun), from, to));
}

const LINE_FEED = 10;

const textOf = (pieces: readonly Uint8Array[]): string => Buffer.concat(pieces).toString('utf8');

function lineInHome(line: string, from: string, to: string): string {
  if (from === to || !line.includes(JSON.stringify(from).slice(1, -1))) return line;
  try {
    return JSON.stringify(replaced(JSON.parse(line), from, to));
  } catch {
    return line;
  }
}

function replaced(value: unknown, from: string, to: string): unknown {
  if (typeof value === 'string') return value.replaceAll(from, to);
  if (Array.isArray(value)) return value.map((inner) => replaced(inner, from, to));
  if (typeof value !== 'object' || value === null || 'signature' in value) return value;
  const fields = Object.entries(value).map(([name, inner]) => [name, replaced(inner, from, to)]);
  return Object.fromEntries(fields);
}
