import test, { type ExecutionContext } from 'ava';
import { playTranscript } from '../../support/transcripts/play-transcript.ts';
import type { TranscriptEntry } from '../../support/transcripts/transcript.ts';
import {
  cliSays,
  driverWrites,
  hostIsTold,
  hostStates,
  written,
} from '../../support/transcripts/written-entries.ts';

// What the transcripts prove stands on this: a driver that does something else is found out.

async function refusal(t: ExecutionContext, entries: TranscriptEntry[]): Promise<string> {
  const played = playTranscript(t, written('claude', entries), { patienceMs: 300 });
  return (await t.throwsAsync(played))?.message ?? '';
}

const HELLO = hostIsTold({ message: 'hello' });
const user = (content: string, uuid = '<uuid-2>') =>
  driverWrites({ type: 'user', uuid, message: { role: 'user', content } });

test('a driver that writes something else is told where it differs', async (t) => {
  const said = await refusal(t, [HELLO, user('good-bye')]);
  t.regex(said, /^line \d+ of the transcript: the driver wrote \{"type":"user",/);
  t.regex(said, /\nat message\.content: recorded "good-bye", written "hello"\n/);
});

test('a driver that writes an id which is not the one it was told is found out', async (t) => {
  // The first id of this transcript is the session’s.
  const said = await refusal(t, [HELLO, user('hello', '<uuid-1>')]);
  t.regex(said, /at uuid: recorded "<uuid-1>", written "[0-9a-f-]{36}"/);
});

test('a driver that writes nothing, or more than was recorded, is found out', async (t) => {
  t.regex(await refusal(t, [user('hello')]), /the driver did not write \{"type":"user"/);
  t.regex(await refusal(t, [HELLO]), /the driver wrote \{"type":"user".*recorded null/s);
});

test('a host that states something else, nothing, or more, is found out', async (t) => {
  const result = cliSays({ type: 'result', result: 'Done.' });
  const end = (lastMessage: string) => hostStates({ turnEnd: { lastMessage } });
  t.regex(
    await refusal(t, [result, end('Begun.')]),
    /at turnEnd\.lastMessage: recorded "Begun\.", written "Done\."/,
  );
  t.regex(await refusal(t, [end('Done.')]), /the host did not state \{"turnEnd":/);
  t.regex(await refusal(t, [result]), /the host stated more than was recorded: \[\{"turnEnd"/);
});
