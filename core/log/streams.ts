import {
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
  StorageType,
  type StreamConfig,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import { STREAM_SUBJECTS, type StreamName } from '../../schemas/subjects.ts';
import { requireServerVersion } from '../nats/server-version.ts';
import type { LogConnection } from './connection.ts';

export interface StreamOptions {
  /** 1 with the embedded server, 3 in a cluster. */
  replicas: number;
  storage: 'file' | 'memory';
  limits?: StreamLimits | undefined;
}

/** Times in milliseconds. EVENTS has no limit of its own: see {@link ensureStreams}. */
export interface StreamLimits {
  /** How long EVENTS knows an id again by itself; 2 minutes. */
  duplicateWindowMs?: number | undefined;
  /** Log lines kept per agent and stream; 1000. */
  logLines?: number | undefined;
  /** Age of the oldest log line; 7 days. */
  logAgeMs?: number | undefined;
  /** Age of the oldest file; 30 days. */
  fileAgeMs?: number | undefined;
  /** Age of the oldest dead letter and of the oldest claimed id; 30 days. */
  deadLetterAgeMs?: number | undefined;
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/**
 * Makes the streams, or brings their configuration up to date. Safe to call on every start.
 *
 * EVENTS has no limit in size: a stream that takes schedules may not discard the new (nats-server,
 * "message scheduling cannot use discard new"), and one that discards the old forgets history. A
 * limit of the server or of the account refuses the append instead (ORC_STORAGE_FULL).
 *
 * Throws ORC_NATS_OLD for a server before 2.12.
 */
export async function ensureStreams(
  connection: LogConnection,
  options: StreamOptions,
): Promise<void> {
  requireServerVersion(connection.nc.info?.version ?? 'unknown');
  const jsm = await connection.jsm();
  for (const wanted of streamConfigs(options)) await ensureStream(jsm, wanted);
}

type Wanted = Partial<StreamConfig> & { name: StreamName };

function streamConfigs({ replicas, storage, limits = {} }: StreamOptions): Wanted[] {
  const base = {
    num_replicas: replicas,
    storage: storage === 'file' ? StorageType.File : StorageType.Memory,
    allow_direct: true,
  };
  const keptMs = limits.deadLetterAgeMs ?? 30 * DAY;
  return [
    {
      ...base,
      name: 'EVENTS',
      allow_atomic: true,
      allow_msg_schedules: true,
      allow_msg_ttl: true,
      discard: DiscardPolicy.Old,
      duplicate_window: nanos(limits.duplicateWindowMs ?? 2 * MINUTE),
    },
    {
      ...base,
      name: 'LOGS',
      allow_atomic: true,
      discard: DiscardPolicy.Old,
      max_msgs_per_subject: limits.logLines ?? 1_000,
      max_age: nanos(limits.logAgeMs ?? 7 * DAY),
    },
    {
      ...base,
      name: 'FILES',
      discard: DiscardPolicy.Old,
      max_age: nanos(limits.fileAgeMs ?? 30 * DAY),
    },
    { ...base, name: 'EVENTS_DLQ', discard: DiscardPolicy.Old, max_age: nanos(keptMs) },
    {
      ...base,
      name: 'IDS',
      discard: DiscardPolicy.New,
      discard_new_per_subject: true,
      max_msgs_per_subject: 1,
      max_age: nanos(keptMs),
    },
  ];
}

async function ensureStream(jsm: JetStreamManager, config: Wanted): Promise<void> {
  const wanted = { ...config, subjects: [...STREAM_SUBJECTS[config.name]] };
  const present = await presentConfig(jsm, config.name);
  if (present === undefined) await jsm.streams.add(wanted);
  else if (differs(present, wanted)) await jsm.streams.update(config.name, wanted);
}

async function presentConfig(
  jsm: JetStreamManager,
  name: StreamName,
): Promise<StreamConfig | undefined> {
  try {
    return (await jsm.streams.info(name)).config;
  } catch (error) {
    const absent =
      error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound;
    if (absent) return undefined;
    throw error;
  }
}

/** Only what we ask for counts; the server fills in the rest. */
function differs(present: StreamConfig, wanted: Partial<StreamConfig>): boolean {
  const now = new Map<string, unknown>(Object.entries(present));
  return Object.entries(wanted).some(
    ([key, value]) => JSON.stringify(now.get(key)) !== JSON.stringify(value),
  );
}
