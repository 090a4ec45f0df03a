import { isatty } from 'node:tty';
import type { BegunCall } from '../../agents/voice/command-streams.ts';
import { AloneConnection, type AloneOptions } from '../../core/log/alone-connection.ts';
import { appendAlone, askAlone, followAlone } from '../../core/log/events-alone.ts';
import { TurnOfMessage } from '../../core/operator/turn-of-message.ts';
import { projectRoot } from '../../platform/files/project-root.ts';
import { readSettingsFile, settingsFile } from '../../platform/files/settings-file.ts';
import { dataPaths } from '../../platform/service/data-paths.ts';
import { systemAddress } from '../../platform/service/system-address.ts';
import { DEFAULT_DATA_DIR } from '../../schemas/default-data-dir.ts';
import { newId } from '../../schemas/ids.ts';
import { DEFAULT_MESSAGE_MODE, type MessageMode, messageMode } from '../../schemas/message-mode.ts';
import { newEvent } from '../../schemas/new-event.ts';
import { agentFilter } from '../../schemas/subjects.ts';
import { entranceTraceparent } from '../../schemas/trace-context.ts';
import { viewSubject } from '../../schemas/view-subject.ts';
import { visibleText } from '../../schemas/visible-text.ts';
import { tellSignals } from '../tell-signals.ts';
import type { QuickSend } from './quick-send.ts';
import { isWritten, tell } from './write-now.ts';

const STDOUT = 1;

/** Far longer than a system takes that is well; whoever needs more gets the whole command. */
const QUICK_MS = 2_000;

/** A turn that takes longer is waited for by the whole command, which stands a restart of the server. */
const TURN_MS = 30_000;

/**
 * `send`, where nothing is in its way: `done` when it was. Otherwise what the whole command goes on
 * with, so that the message is stored once and nothing is shown twice; undefined where nothing was
 * begun. Never throws.
 */
export async function sendQuickly(
  call: QuickSend,
  env: NodeJS.ProcessEnv,
): Promise<'done' | BegunCall | undefined> {
  const place = placeOf(env);
  if (place === undefined) return undefined;
  using _ = tellSignals('send', tell);
  const state: { begun?: BegunCall } = {};
  const done = await AloneConnection.use(place.options, async (connection) => {
    const { agentId, text, wait } = call;
    await askAlone(connection, viewSubject('agent'), JSON.stringify({ agentId }));
    const now = new Date();
    const id = newId('cmd');
    const traceparent = entranceTraceparent(id, env.TRACEPARENT);
    const meta = { id, source: 'orchestrator/operator', now, correlationId: id, traceparent };
    const data = { text, mode: place.mode };
    state.begun = { id, at: now };
    const event = newEvent('command.send', { agentId }, data, meta);
    const sequence = await appendAlone(connection, event);
    state.begun = { id, at: now, sent: { sequence, next: sequence } };
    if (!wait) return isWritten(`${id}\n`);
    connection.allow(TURN_MS);
    const turn = new TurnOfMessage(id);
    for await (const news of followAlone(connection, agentFilter(agentId), sequence)) {
      const { isOver, goesOn } = show(turn, news);
      if (isOver) return true;
      // The whole command tells what went wrong, of the same event.
      if (!goesOn) return false;
      const sent = { sequence, next: news.sequence + 1, turnId: turn.turnId };
      state.begun = { id, at: now, sent };
    }
    return false;
  });
  return done ? 'done' : state.begun;
}

function show(
  turn: TurnOfMessage,
  { subject, payload }: { subject: string; payload: Buffer },
): { isOver: boolean; goesOn: boolean } {
  const data: unknown = JSON.parse(payload.toString());
  if (typeof data !== 'object' || data === null) return { isOver: false, goesOn: true };
  // `agents.<agent>.<type>`
  const type = subject.split('.').slice(2).join('.');
  const meaning = turn.take({ type, data });
  if (meaning === 'said') {
    const isShown = 'text' in data && typeof data.text === 'string' && isShownNow(data.text);
    return { isOver: false, goesOn: isShown };
  }
  return { isOver: meaning === 'ended', goesOn: meaning === 'nothing' };
}

/** As a terminal may be shown it; anything else gets the text as it is. */
function isShownNow(text: string): boolean {
  const line = `${text}\n`;
  return isWritten(isatty(STDOUT) ? visibleText(line) : line);
}

/** Undefined where a setting, the file of settings or the data folder is not as it should be. */
function placeOf(own: NodeJS.ProcessEnv): { options: AloneOptions; mode: MessageMode } | undefined {
  try {
    const env = { ...readSettingsFile(settingsFile(projectRoot(), own)), ...own };
    const mode = messageMode(env.ORCHESTRATOR_MESSAGE_MODE || DEFAULT_MESSAGE_MODE);
    const where = {
      ORCHESTRATOR_NATS_URL: env.ORCHESTRATOR_NATS_URL || undefined,
      ORCHESTRATOR_CREDS: env.ORCHESTRATOR_CREDS || undefined,
    };
    const paths = dataPaths(env.ORCHESTRATOR_DATA_DIR || DEFAULT_DATA_DIR);
    const { url, credentials } = systemAddress(where, paths);
    if (mode === undefined || credentials === undefined) return undefined;
    const name = 'orchestrator/operator';
    return { options: { url, credentials, name, inboxPrefix: '_INBOX', withinMs: QUICK_MS }, mode };
  } catch {
    return undefined;
  }
}
