import { randomBytes } from 'node:crypto';
import {
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import { BUCKET_STREAMS } from '../../schemas/buckets.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { Settings } from '../../schemas/settings.ts';
import { FIRED_TIMERS, STREAM_SUBJECTS, type StreamName } from '../../schemas/subjects.ts';
import type { LogConnection } from './connection.ts';
import { ID_KEY_ENTRY } from './message-id.ts';
import { requireServerVersion } from './server-version.ts';
import { untilReachable } from './until-reachable.ts';

export interface StreamOptions {
  /** How many servers keep each stream; as many as EVENTS has, 1 where that is new, without. */
  replicas?: number | undefined;
  storage: 'file' | 'memory';
  limits?: StreamLimits | undefined;
}

/** Times in milliseconds, sizes in bytes. EVENTS has no limit of its own: see {@link ensureStreams}. */
export interface StreamLimits {
  /** Most bytes of SAID, which keeps what all agents say for {@link SAID_AGE_MS}; 1 GiB. */
  saidBytes?: number | undefined;
  /** Most messages that SAID keeps of one subject, so of one agent and one name; 50,000. */
  saidPerSubject?: number | undefined;
  /** Most bytes of all files together; 4 GiB. */
  fileBytes?: number | undefined;
  /** How long EVENTS knows an id again by itself; 2 minutes. */
  duplicateWindowMs?: number | undefined;
  /** Log lines kept per agent and stream; 1000. */
  logLines?: number | undefined;
  /** Most bytes of all log lines together, the oldest go first; no limit without. */
  logBytes?: number | undefined;
  /** Age of the oldest log line; 7 days. */
  logAgeMs?: number | undefined;
  /** Age of the oldest file; 30 days. */
  fileAgeMs?: number | undefined;
  /** Age of the oldest dead letter; 30 days. */
  deadLetterAgeMs?: number | undefined;
  /** Most bytes of all dead letters together, the oldest go first; no limit without. */
  deadLetterBytes?: number | undefined;
  /** Age of the oldest claimed id; 30 days. */
  idAgeMs?: number | undefined;
}

/** The limits that the settings have. */
const limitsOf = (settings: Settings): StreamLimits => ({
  saidBytes: settings.ORCHESTRATOR_SAID_BYTES,
  saidPerSubject: settings.ORCHESTRATOR_SAID_PER_SUBJECT,
  fileBytes: settings.ORCHESTRATOR_FILES_BYTES,
  fileAgeMs: settings.ORCHESTRATOR_FILES_AGE,
  logLines: settings.ORCHESTRATOR_LOGS_LINES,
  logBytes: settings.ORCHESTRATOR_LOGS_BYTES,
  logAgeMs: settings.ORCHESTRATOR_LOGS_AGE,
  deadLetterBytes: settings.ORCHESTRATOR_DLQ_BYTES,
  deadLetterAgeMs: settings.ORCHESTRATOR_DLQ_AGE,
  idAgeMs: settings.ORCHESTRATOR_IDS_AGE,
});

/** What the settings want of the streams. */
export const streamOptions = (settings: Settings): StreamOptions => ({
  replicas: settings.ORCHESTRATOR_REPLICAS,
  storage: 'file',
  limits: limitsOf(settings),
});

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const GIB = 1024 ** 3;
/** How the server spells it; one that was set before is taken away by it. */
const NO_LIMIT = -1;

/** Codes of the server's errors (nats-server, server/errors.json): where it cannot set the bytes of a stream aside, … */
const INSUFFICIENT_STORAGE = 10047;
/** … where a cluster has not the servers that a stream wants, for whatever reason it says, … */
const NO_PEERS = 10005;
/** … and where there is no cluster. */
const NOT_CLUSTERED = 10074;
const SMALLEST_LIMIT = 64 * 1024;

/** How long a new leader is waited for. */
const SETTLED_MS = 30_000;

/** Messages that WORKED keeps of one kind of word of one job. */
const WORDS_OF_A_JOB = 50_000;
/** Most bytes of what all workers say. */
const WORKED_BYTES = 256 * 1024 ** 2;

/** What an agent said is in EVENTS a moment later; SAID forgets it after this. */
export const SAID_AGE_MS = DAY;

/**
 * Makes the streams, or brings their configuration up to date. Safe to call on every start.
 *
 * EVENTS has no limit in size: one that discards the old forgets history. A limit of the server or
 * of the account refuses the append instead (ORC_STORAGE_FULL). SAID and FILES, which agents write,
 * are plain and refuse the new at their limits (docs/decisions/0042-three-streams.md).
 *
 * Throws ORC_NATS_OLD for a server before 2.12, ORC_OLD_LAYOUT where EVENTS is of a version in
 * which agents wrote into it, and ORC_REPLICAS where the streams are to have more replicas than there
 * are servers.
 */
export async function ensureStreams(
  connection: LogConnection,
  options: StreamOptions,
): Promise<void> {
  requireServerVersion(connection.nc.info?.version ?? 'unknown');
  const jsm = await connection.jsm();
  const events = await presentConfig(jsm, 'EVENTS');
  if (events?.allow_msg_schedules) throw new OrchestratorError('ORC_OLD_LAYOUT');
  const replicas = options.replicas ?? events?.num_replicas ?? 1;
  try {
    if (events !== undefined) await makeRoom(jsm, events);
    // A stream is made after those that it sources.
    for (const wanted of streamConfigs({ ...options, replicas })) await ensureStream(jsm, wanted);
    for (const name of BUCKET_STREAMS) await ensureReplicas(jsm, name, replicas);
  } catch (error) {
    throw lacksServers(error) ? tooFewServers(replicas, error) : error;
  }
  // A stream that was just given to more servers has no leader for a moment.
  await untilReachable(connection, { patienceMs: SETTLED_MS }, () => ensureIdKey(jsm));
}

const lacksServers = (error: unknown): error is JetStreamApiError =>
  error instanceof JetStreamApiError && [NO_PEERS, NOT_CLUSTERED].includes(error.code);

const tooFewServers = (replicas: number, cause: JetStreamApiError): OrchestratorError =>
  isFull(cause)
    ? new OrchestratorError('ORC_STORAGE_FULL', `NATS: ${cause.message}`, { cause })
    : new OrchestratorError('ORC_REPLICAS', `${replicas} replicas: ${cause.message}`, { cause });

/** Of a bucket that is there: who needs one makes it with the replicas that EVENTS has. */
async function ensureReplicas(
  jsm: JetStreamManager,
  name: string,
  replicas: number,
): Promise<void> {
  const present = await presentConfig(jsm, name);
  if (present === undefined || present.num_replicas === replicas) return;
  await jsm.streams.update(name, { ...present, num_replicas: replicas });
}

/**
 * What EVENTS of an older version took and is another stream's now: no two streams have a subject of
 * one name, and TIMERS is brought up to date before EVENTS.
 */
async function makeRoom(jsm: JetStreamManager, events: StreamConfig): Promise<void> {
  if (!events.subjects.includes('jobs.>')) return;
  await jsm.streams.update('EVENTS', { ...events, subjects: [...STREAM_SUBJECTS.EVENTS] });
}

/** Made once, beside what the server notes there. Services that append begin with it: see `idKey`. */
async function ensureIdKey(jsm: JetStreamManager): Promise<void> {
  const { config } = await jsm.streams.info('EVENTS');
  if (config.metadata?.[ID_KEY_ENTRY] !== undefined) return;
  const key = randomBytes(32).toString('base64url');
  const metadata = { ...config.metadata, [ID_KEY_ENTRY]: key };
  await jsm.streams.update('EVENTS', { ...config, metadata });
}

type Wanted = Partial<StreamConfig> & { name: StreamName };

function streamConfigs({
  replicas,
  storage,
  limits = {},
}: StreamOptions & { replicas: number }): Wanted[] {
  const base = {
    num_replicas: replicas,
    storage: storage === 'file' ? StorageType.File : StorageType.Memory,
    allow_direct: true,
  };
  const duplicateWindowMs = limits.duplicateWindowMs ?? 2 * MINUTE;
  return [
    {
      ...base,
      name: 'SAID',
      deny_delete: true,
      deny_purge: true,
      discard: DiscardPolicy.New,
      discard_new_per_subject: true,
      max_msgs_per_subject: limits.saidPerSubject ?? 50_000,
      max_bytes: limits.saidBytes ?? GIB,
      max_age: nanos(SAID_AGE_MS),
      duplicate_window: nanos(duplicateWindowMs),
    },
    {
      ...base,
      name: 'TIMERS',
      allow_msg_schedules: true,
      allow_msg_ttl: true,
      discard: DiscardPolicy.Old,
    },
    {
      ...base,
      name: 'EVENTS',
      allow_atomic: true,
      discard: DiscardPolicy.Old,
      duplicate_window: nanos(duplicateWindowMs),
      sources: [
        ...FIRED_TIMERS.map((filter_subject) => ({ name: 'TIMERS', filter_subject })),
        { name: 'SAID' },
      ],
    },
    {
      ...base,
      name: 'LOGS',
      allow_atomic: true,
      discard: DiscardPolicy.Old,
      max_msgs_per_subject: limits.logLines ?? 1_000,
      max_bytes: limits.logBytes ?? NO_LIMIT,
      max_age: nanos(limits.logAgeMs ?? 7 * DAY),
    },
    {
      ...base,
      name: 'FILES',
      discard: DiscardPolicy.New,
      max_bytes: limits.fileBytes ?? 4 * GIB,
      max_age: nanos(limits.fileAgeMs ?? 30 * DAY),
    },
    {
      ...base,
      name: 'EVENTS_DLQ',
      discard: DiscardPolicy.Old,
      max_bytes: limits.deadLetterBytes ?? NO_LIMIT,
      max_age: nanos(limits.deadLetterAgeMs ?? 30 * DAY),
    },
    {
      ...base,
      name: 'IDS',
      discard: DiscardPolicy.New,
      discard_new_per_subject: true,
      max_msgs_per_subject: 1,
      max_age: nanos(limits.idAgeMs ?? 30 * DAY),
    },
    {
      ...base,
      name: 'WORK',
      retention: RetentionPolicy.Workqueue,
      discard: DiscardPolicy.New,
      discard_new_per_subject: true,
      max_msgs_per_subject: 1,
    },
    // Workers write it: as plain as SAID is.
    {
      ...base,
      name: 'WORKED',
      deny_delete: true,
      deny_purge: true,
      discard: DiscardPolicy.New,
      discard_new_per_subject: true,
      max_msgs_per_subject: WORDS_OF_A_JOB,
      max_bytes: WORKED_BYTES,
      max_age: nanos(7 * DAY),
    },
    // Kept for ever, as what it is of.
    { ...base, name: 'SEALS', allow_atomic: true, discard: DiscardPolicy.New },
  ];
}

async function ensureStream(jsm: JetStreamManager, config: Wanted): Promise<void> {
  const wanted = { ...config, subjects: [...STREAM_SUBJECTS[config.name]] };
  const present = await presentConfig(jsm, config.name);
  if (present === undefined) await asLargeAsFits(wanted, (fitting) => jsm.streams.add(fitting));
  else if (differs(present, wanted)) {
    await asLargeAsFits(wanted, (fitting) => jsm.streams.update(config.name, fitting));
  }
}

type Sized = Wanted & { subjects: string[] };

/**
 * The server sets the bytes of a limited stream aside, and refuses a stream for which it has not
 * enough left: on a small disk a limit is halved until it fits.
 */
async function asLargeAsFits(wanted: Sized, make: (fitting: Sized) => Promise<unknown>) {
  for (let fitting = wanted; ; ) {
    try {
      await make(fitting);
      return;
    } catch (error) {
      const { max_bytes = 0 } = fitting;
      if (!isFull(error) || max_bytes <= SMALLEST_LIMIT) throw error;
      fitting = { ...fitting, max_bytes: Math.floor(max_bytes / 2) };
    }
  }
}

/** A cluster has one code for whatever a server lacks to be one of a stream's. */
const isFull = (error: unknown): boolean =>
  error instanceof JetStreamApiError &&
  (error.code === INSUFFICIENT_STORAGE ||
    (error.code === NO_PEERS && /insufficient storage/i.test(error.message)));

async function presentConfig(
  jsm: JetStreamManager,
  name: string,
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

/** Whether the stream lacks something that is wanted. The server fills in what nobody asked for: that is no difference. */
function differs(present: StreamConfig, wanted: Partial<StreamConfig>): boolean {
  const now = new Map<string, unknown>(Object.entries(present));
  return Object.entries(wanted).some(
    ([key, value]) => JSON.stringify(now.get(key)) !== JSON.stringify(value),
  );
}
