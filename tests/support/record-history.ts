import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadSettings } from '../../agents/load-settings.ts';
import { hashSystem, type SystemState, serializeSystem } from '../../core/domain/system-state.ts';
import { connectLog } from '../../core/log/connection.ts';
import { EVENT_ATTRIBUTES } from '../../core/log/event-attributes.ts';
import { EventLog } from '../../core/log/event-log.ts';
import type { StoredMessage } from '../../core/log/stored-message.ts';
import { dataPaths } from '../../platform/service/data-paths.ts';
import { systemAddress } from '../../platform/service/system-address.ts';
import {
  foldHistory,
  HISTORIES,
  historyNames,
  type RecordedMessage,
  readHistory,
} from './recorded-history.ts';

/** Writes all of EVENTS as `<name>.jsonl`, and what it folds to as `<name>.state.json`. */
export async function recordHistory(log: EventLog, name: string): Promise<void> {
  await writeFile(join(HISTORIES, `${name}.jsonl`), await recordedLog(log));
  await writeState(name, foldHistory(await readHistory(name)));
}

/** All of EVENTS, a message a line; with the bytes of each, which quotas are counted by. */
export async function recordedLog(log: EventLog, withSizes = false): Promise<string> {
  const lines: string[] = [];
  for await (const message of log.read({ stream: 'EVENTS', from: { sequence: 1 } })) {
    const size = withSizes && { size: message.size };
    lines.push(`${JSON.stringify({ ...recorded(message), ...size })}\n`);
  }
  return lines.join('');
}

function recorded(message: StoredMessage): RecordedMessage {
  const { sequence, subject, payload } = message;
  const time = message.time.toISOString();
  const headers = Object.fromEntries(
    EVENT_ATTRIBUTES.flatMap((header) => {
      const value = message.header(header);
      return value === undefined ? [] : [[header, value]];
    }),
  );
  const text = Buffer.from(payload).toString();
  const data = parseJson(text);
  // Only what comes back byte for byte is shown as JSON.
  return JSON.stringify(data) === text
    ? { sequence, subject, time, headers, data }
    : { sequence, subject, time, headers, base64: Buffer.from(payload).toString('base64') };
}

function parseJson(text: string): RecordedMessage['data'] {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The whole state, so that a difference can be read. */
async function writeState(name: string, state: SystemState): Promise<void> {
  const shown = { hash: hashSystem(state), state: JSON.parse(serializeSystem(state)) };
  await writeFile(join(HISTORIES, `${name}.state.json`), `${JSON.stringify(shown, null, 2)}\n`);
}

async function recordRunningSystem(name: string): Promise<void> {
  const settings = loadSettings();
  const address = systemAddress(settings, dataPaths(settings.ORCHESTRATOR_DATA_DIR));
  const connection = await connectLog({ ...address, name: 'recorder', timeoutMs: 5_000 });
  try {
    await recordHistory(new EventLog(connection), name);
  } finally {
    await connection.close();
  }
}

async function writeStates(): Promise<void> {
  for (const name of historyNames()) {
    await writeState(name, foldHistory(await readHistory(name)));
  }
}

if (import.meta.main) {
  const [name] = process.argv.slice(2);
  if (name === '--states') await writeStates();
  else if (name !== undefined && /^[a-z0-9-]+$/.test(name)) await recordRunningSystem(name);
  else process.stderr.write('usage: record-history.ts <name of the history> | --states\n');
}
