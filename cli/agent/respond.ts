import type { CommandStreams } from '../../agents/voice/command-streams.ts';
import type { Said } from '../../agents/voice/say.ts';
import type { FileReference } from '../../schemas/events/file.ts';
import { DONE, type ResponseName } from './done.ts';
import { messageText } from './message-text.ts';
import { sayAnyway } from './say-anyway.ts';

export interface Response {
  name: ResponseName;
  call: string;
  text: string | undefined;
  options?: readonly string[];
  file?: FileReference;
  json: boolean;
  timeoutMs: number;
}

/** Says something to the user: the text of an argument or of stdin, stored before it returns. */
export async function respond(response: Response, streams: CommandStreams): Promise<Said> {
  const { name, call, options, file, json, timeoutMs } = response;
  const text = await messageText(response.text, streams);
  const data = {
    text,
    ...(options && options.length > 0 && { options }),
    ...(file && { file }),
  };
  const statement = { family: 'response', name, call, tool: 'respond', data, timeoutMs } as const;
  const said = await sayAnyway(statement, streams);
  streams.stderr.write(`${DONE[name]}\n`);
  if (json) streams.stdout.write(`${JSON.stringify(said)}\n`);
  return said;
}
