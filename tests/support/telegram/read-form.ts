/** A file that was uploaded. */
export interface Upload {
  name: string;
  bytes: Buffer;
}

/** The fields of a call: JSON, or a multipart form with files, as the Bot API takes both. */
export function readForm(body: Buffer, contentType = ''): Record<string, unknown> {
  const boundary = /boundary=(?:"([^"]+)"|([^;]+))/.exec(contentType);
  const mark = boundary?.[1] ?? boundary?.[2];
  if (mark !== undefined) return readMultipart(body, mark);
  const text = body.toString();
  return text === '' ? {} : JSON.parse(text);
}

function readMultipart(body: Buffer, mark: string): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  // Latin-1 keeps every byte as one character.
  for (const part of body.toString('latin1').split(`--${mark}`).slice(1, -1)) {
    const end = part.indexOf('\r\n\r\n');
    const content = Buffer.from(part.slice(end + 4, -2), 'latin1');
    const head = part.slice(0, end);
    const name = /[ ;]name="([^"]*)"/i.exec(head)?.[1] ?? '';
    const file = /filename="?([^"\r\n]*)"?/i.exec(head)?.[1];
    fields[name] =
      file === undefined ? jsonOrText(content.toString()) : { name: file, bytes: content };
  }
  return fields;
}

function jsonOrText(text: string): unknown {
  if (!/^[[{]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
