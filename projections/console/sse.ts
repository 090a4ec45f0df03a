/** One server-sent event. */
export interface Heard {
  /** Undefined where it has none. */
  id: string | undefined;
  event: string;
  data: string;
}

/**
 * Takes apart what a stream of server-sent events says, a piece of text at a time, wherever the pieces are
 * cut; what is heard so far of an unfinished event is kept. Comments (heartbeats) are no events.
 *
 * @example
 * const parser = new SseParser();
 * for await (const text of texts) for (const heard of parser.take(text)) show(heard.data);
 */
export class SseParser {
  #rest = '';

  take(text: string): Heard[] {
    const blocks = (this.#rest + text).split('\n\n');
    this.#rest = blocks.pop() ?? '';
    return blocks.flatMap((block) => heardOf(block) ?? []);
  }
}

function heardOf(block: string): Heard | undefined {
  let id: string | undefined;
  let event = 'message';
  const data: string[] = [];
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const value = line.slice(colon + 1).replace(/^ /, '');
    const field = line.slice(0, colon);
    if (field === 'id') id = value;
    else if (field === 'event') event = value;
    else if (field === 'data') data.push(value);
  }
  return data.length === 0 ? undefined : { id, event, data: data.join('\n') };
}
