import { z } from 'zod';
import { parseByteSize } from './byte-size.ts';
import { DEFAULT_DATA_DIR } from './default-data-dir.ts';
import { parseDuration } from './durations.ts';
import { gitPeople } from './git-people.ts';
import { hostName } from './host-name.ts';
import { isAgentId, isToken } from './ids.ts';
import { YOUNGEST_ARCHIVED_MS } from './limits.ts';
import { DEFAULT_MESSAGE_MODE, MESSAGE_MODES } from './message-mode.ts';
import { serverUrls } from './server-urls.ts';

function toMilliseconds(text: string, context: z.RefinementCtx): number {
  const ms = parseDuration(text);
  if (ms !== undefined) return ms;
  context.addIssue({ code: 'custom', message: 'a duration such as 90s, 30m or 2h' });
  return z.NEVER;
}

const duration = (fallback: string) => z.string().default(fallback).transform(toMilliseconds);

function toBytes(text: string, context: z.RefinementCtx): number {
  const bytes = parseByteSize(text);
  if (bytes !== undefined) return bytes;
  context.addIssue({ code: 'custom', message: 'a size such as 512m or 4g' });
  return z.NEVER;
}

const byteSize = (fallback: string) => z.string().default(fallback).transform(toBytes);

const optionalByteSize = z.string().transform(toBytes).optional();

/** The highest quota of calls that wait for a result: below `MAX_WAITING`, the most that an agent's state keeps. */
const MAX_WAITING_QUOTA = 500;

const WHOLE = 'a whole number from 1';

const count = (fallback: number, max = Number.MAX_SAFE_INTEGER) => {
  const allowed = max === Number.MAX_SAFE_INTEGER ? WHOLE : `${WHOLE} to ${max}`;
  return z.coerce.number(allowed).int(allowed).min(1, allowed).max(max, allowed).default(fallback);
};

const isEngineUrl = (text: string): boolean =>
  URL.canParse(text) &&
  (/^(tcp|http):$/.test(new URL(text).protocol)
    ? new URL(text).hostname !== ''
    : /^unix:\/\/\/./.test(text));

const port = z.coerce
  .number('a port from 1 to 65535')
  .int()
  .min(1, 'a port from 1 to 65535')
  .max(65535, 'a port from 1 to 65535');

const isUrl = (text: string, protocols: readonly string[]): boolean =>
  URL.canParse(text) &&
  protocols.includes(new URL(text).protocol.slice(0, -1)) &&
  new URL(text).hostname !== '';

const beginning = (protocols: readonly string[]): string =>
  `begins with ${protocols.map((name) => `${name}://`).join(' or ')}`;

const url = (protocols: readonly string[]) =>
  z.string().refine((text) => isUrl(text, protocols), `a URL that ${beginning(protocols)}`);

/** One server, or several of a cluster: see {@link serverUrls}. */
const urls = (protocols: readonly string[]) => {
  const areUrls = (text: string) => {
    const all = serverUrls(text);
    return all.length > 0 && all.every((one) => isUrl(one, protocols));
  };
  const allowed = `a URL that ${beginning(protocols)}, or several separated by commas`;
  return z.string().refine(areUrls, allowed);
};

/** How many servers keep a stream: an even number stands no more losses than the odd one below it. */
const REPLICAS = [1, 3, 5] as const;

/** Names separated by commas. */
export const tokenList = z.string().transform((text, context) => {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (names.every(isToken)) return names;
  context.addIssue({ code: 'custom', message: 'names separated by commas' });
  return z.NEVER;
});

const TELEGRAM_ID = /^-?\d{1,20}$/;

/** People and groups of Telegram, by number: a name can be given to somebody else. */
const telegramIds = z.string().transform((text, context) => {
  const ids = text
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '');
  if (ids.every((id) => TELEGRAM_ID.test(id))) return ids;
  const message =
    'numeric ids separated by commas, no @names; @userinfobot in Telegram tells you yours';
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

/** Names or addresses, as a URL has them: of one spelling, without a port. */
const hostList = z.string().transform((text, context) => {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const hosts = names.flatMap((name) => hostName(name) ?? []);
  if (hosts.length === names.length) return hosts;
  context.addIssue({ code: 'custom', message: 'host names without a port, separated by commas' });
  return z.NEVER;
});

/** Absolute paths, separated by commas. */
const folderList = z.string().transform((text, context) => {
  const folders = text
    .split(',')
    .map((folder) => folder.trim())
    .filter((folder) => folder !== '');
  if (folders.every((folder) => folder.startsWith('/'))) return folders;
  context.addIssue({ code: 'custom', message: 'absolute paths separated by commas' });
  return z.NEVER;
});

/** `name=value`, separated by commas; values are percent-encoded (W3C Baggage, as OpenTelemetry has it). */
const headerList = z.string().transform((text, context) => {
  const pairs = text.split(',').map((pair) => /^\s*([\w-]+)\s*=\s*(.+?)\s*$/.exec(pair));
  if (pairs.every((pair) => pair !== null)) {
    const entry = ([, name = '', value = '']: RegExpExecArray): [string, string] => [
      name,
      decoded(value),
    ];
    return Object.fromEntries(pairs.map(entry));
  }
  context.addIssue({ code: 'custom', message: 'name=value, several separated by commas' });
  return z.NEVER;
});

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Whom commits of one person's agents are by: see {@link gitPeople}. */
const committers = z.string().transform((text, context) => {
  const people = gitPeople(text);
  if (people !== undefined) return people;
  const message = 'entries such as `telegram/1001=Ann Lee <ann@example.com>`, separated by commas';
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

/**
 * The settings of the system, read from environment variables of these names. Those of the kinds of
 * agents come beside them: see {@link withKinds}.
 */
const SYSTEM_SETTINGS = {
  ORCHESTRATOR_DATA_DIR: z
    .string()
    .default(DEFAULT_DATA_DIR)
    .describe(
      'Folder of everything that is kept: the event log, keys, agents, logs of the system. Unset inside an installed package (`node_modules`): `~/.local/state/orchestrator`.',
    ),
  ORCHESTRATOR_ENV_FILE: z
    .string()
    .optional()
    .describe(
      'File of settings, `NAME=value` a line, which `orchestrator init` writes; what the environment has goes before it. Unset: `.env` of the checkout; of an installed package `~/.config/orchestrator/env`.',
    ),
  ORCHESTRATOR_NATS_URL: urls(['nats', 'tls', 'ws', 'wss'])
    .optional()
    .describe(
      'NATS server to use, or those of a cluster, separated by commas. Unset: an embedded one is started in the data folder.',
    ),
  ORCHESTRATOR_REPLICAS: z
    .enum(REPLICAS.map(String), `one of ${REPLICAS.join(', ')}`)
    .transform(Number)
    .optional()
    .describe(
      'How many servers of a NATS cluster keep each stream and bucket: 3 stands the loss of one. Existing ones are brought to it by `init streams` and by a start. Unset: as many as they have, 1 for new ones.',
    ),
  ORCHESTRATOR_NATS_PORT: port
    .optional()
    .describe(
      'Port of the embedded NATS server, on 127.0.0.1. Unset: 4222, or another where that is taken; it stays the same for a data folder.',
    ),
  ORCHESTRATOR_NATS_SERVER: z
    .string()
    .optional()
    .describe('Path of the nats-server program (2.12 or newer). Unset: found or fetched.'),
  ORCHESTRATOR_CREDS: z
    .string()
    .optional()
    .describe(
      'NATS credentials file. Inside an agent: its own. Unset: the operator’s from the data folder.',
    ),
  ORCHESTRATOR_AGENT_ID: z
    .string()
    .refine(isAgentId, 'agent- and 12 hex digits')
    .optional()
    .describe('The agent that a command speaks for. Set by the spawner inside an agent.'),
  ORCHESTRATOR_ALLOWED_TOOLS: tokenList
    .optional()
    .describe('Tools that the agent may use, separated by commas. Unset: all.'),
  ORCHESTRATOR_TOOLS_DIR: z
    .string()
    .optional()
    .describe(
      'Folder of declared tools, a JSON file each (docs/tools.md). Unset: `tools` in the data folder.',
    ),
  ORCHESTRATOR_QUOTA_EVENTS_MINUTE: count(1_200).describe(
    'How many messages (answers, questions, progress, tool calls, …) an agent may send within a minute. Above it, it is not heard until the minute is over.',
  ),
  ORCHESTRATOR_QUOTA_BYTES_MINUTE: byteSize('32m').describe(
    'Size of what an agent may send within a minute, files not counted. Above it, it is not heard until the minute is over.',
  ),
  ORCHESTRATOR_QUOTA_EVENTS: count(50_000).describe(
    'How many messages an agent may send in all. Above it, it is not heard any more until the spawner starts with a higher value; so with the next three.',
  ),
  ORCHESTRATOR_QUOTA_BYTES: byteSize('256m').describe(
    'Size of what an agent may send in all, files not counted.',
  ),
  ORCHESTRATOR_QUOTA_FILES: count(1_000).describe(
    'How many files of an agent may be kept, with those that users sent to it.',
  ),
  ORCHESTRATOR_QUOTA_FILE_BYTES: byteSize('512m').describe('Size of the files of an agent.'),
  ORCHESTRATOR_QUOTA_QUESTIONS: count(20, MAX_WAITING_QUOTA).describe(
    'How many questions of an agent (`ask --wait`) may wait at a time; one more is refused at once.',
  ),
  ORCHESTRATOR_QUOTA_CALLS: count(100, MAX_WAITING_QUOTA).describe(
    'How many tool calls of an agent may wait for their results at a time; one more is refused at once.',
  ),
  ORCHESTRATOR_QUOTA_PROJECTS: count(1_000, 100_000).describe(
    'How many projects the agents of one person may create, or an agent of nobody; one more is refused.',
  ),
  ORCHESTRATOR_QUEUE_MESSAGES: count(200, MAX_WAITING_QUOTA).describe(
    'How many messages may wait for an agent; one more is refused at once, and whoever sent it is told (`ORC_QUEUE_FULL`).',
  ),
  ORCHESTRATOR_QUOTA_CONNECTIONS: count(100).describe(
    'How many connections to NATS an agent may have at a time; each of its commands has one while it runs. Above it, they are closed and it is not heard for a minute.',
  ),
  ORCHESTRATOR_QUOTA_MESSAGE: byteSize('2m').describe(
    'Size of the largest message of an agent. A file is sent in pieces of 512 KiB, which have to fit.',
  ),
  ORCHESTRATOR_SAID_BYTES: byteSize('1g').describe(
    'Size of what all agents say within a day; set aside on the disk by NATS, or half of it, a quarter, … where it has not that much.',
  ),
  ORCHESTRATOR_SAID_PER_SUBJECT: count(50_000).describe(
    'How many messages of one agent and one kind (answers, progress, …) NATS takes within a day.',
  ),
  ORCHESTRATOR_FILES_BYTES: byteSize('4g').describe(
    'Size of the files of all agents; set aside as ORCHESTRATOR_SAID_BYTES is. A file that would be too much is refused.',
  ),
  ORCHESTRATOR_EVENTS_ARCHIVE_AFTER: z
    .string()
    .transform(toMilliseconds)
    .refine((ms) => ms >= YOUNGEST_ARCHIVED_MS, 'a duration of at least 48h')
    .optional()
    .describe(
      'How old events become before they are moved into compressed files in NATS, from which they are read as if they still stood in the log; at least 48h. Unset: never.',
    ),
  ORCHESTRATOR_FILES_AGE: duration('720h').describe('How long files of agents and users are kept.'),
  ORCHESTRATOR_LOGS_LINES: count(1_000).describe(
    'How many lines of the output of an agent are kept: so many of stdout, and of stderr.',
  ),
  ORCHESTRATOR_LOGS_AGE: duration('168h').describe('How long the output of agents is kept.'),
  ORCHESTRATOR_LOGS_BYTES: optionalByteSize.describe(
    'Size of the output of all agents; the oldest lines go first. Set aside as ORCHESTRATOR_SAID_BYTES is. Unset: no limit.',
  ),
  ORCHESTRATOR_DLQ_AGE: duration('720h').describe(
    'How long dead letters are kept: what stands in the log and no reader takes.',
  ),
  ORCHESTRATOR_DLQ_BYTES: optionalByteSize.describe(
    'Size of all dead letters; the oldest go first. Set aside as ORCHESTRATOR_SAID_BYTES is. Unset: no limit.',
  ),
  ORCHESTRATOR_IDS_AGE: duration('720h').describe(
    'How long it is remembered that something was stored: a repeat that comes later, as of an update of Telegram or an entry of Redis, is stored again.',
  ),
  ORCHESTRATOR_API_URL: url(['http', 'https'])
    .optional()
    .describe(
      'The HTTP API as agents reach it: by it their commands say and call where NATS cannot be reached (docs/api.md, "Agents"). Unset: by NATS alone.',
    ),
  ORCHESTRATOR_HTTP_HOST: z
    .string()
    .default('127.0.0.1')
    .describe(
      'Address that the HTTP API binds. On any but loopback it wants a token, health excepted.',
    ),
  ORCHESTRATOR_HTTP_PORT: port
    .optional()
    .describe(
      'Port of the HTTP API. Unset: 8000, or the next free one; it stays the same for a data folder.',
    ),
  ORCHESTRATOR_HTTP_ALLOWED_HOSTS: hostList
    .optional()
    .describe(
      'Hosts, beside localhost and the address that it binds, by which the HTTP API may be asked (`Host`, `Origin`), separated by commas. Unset: on loopback none, elsewhere any.',
    ),
  ORCHESTRATOR_HTTP_TOKEN: z
    .string()
    .optional()
    .describe(
      'Token of the HTTP API (`Authorization: Bearer …`). Set: always wanted. Unset: none on loopback while `orchestrator token create` made none, elsewhere one that is made and kept in `auth/http.token` of the data folder.',
    ),
  ORCHESTRATOR_HTTP_RATE_LIMIT: count(6_000).describe(
    'How many requests to the HTTP API one address may make within a minute, health excepted.',
  ),
  ORCHESTRATOR_AGENT_PROTOCOL: z
    .enum(['on', 'off'], 'on or off')
    .default('off')
    .describe(
      'Whether clients of Synadia’s agent protocol for NATS find and prompt the agents, in the operator’s account (docs/nats-agents.md).',
    ),
  ORCHESTRATOR_REDIS_URL: url(['redis', 'rediss'])
    .optional()
    .describe(
      'Redis (7 or newer) that older clients read and write: `redis://[user:password@]host:port[/db]`. Unset: no adapters.',
    ),
  ORCHESTRATOR_REDIS_HISTORY: duration('24h').describe(
    'How far back a Redis that has nothing of this log (a new one, or one that lost its memory) gets responses and log lines.',
  ),
  TELEGRAM_BOT_TOKEN: z
    .string()
    .optional()
    .describe('Token of the Telegram bot. Unset: there is no bot.'),
  TELEGRAM_API_ROOT: url(['http', 'https'])
    .transform((text) => text.replace(/\/+$/, ''))
    .optional()
    .describe('Root of the Telegram Bot API. Unset: https://api.telegram.org.'),
  TELEGRAM_ALLOWED_USERS: telegramIds
    .optional()
    .describe(
      'Telegram user ids (and ids of groups) that may talk to the bot, separated by commas. Everybody else is refused until an admin allows them.',
    ),
  TELEGRAM_ADMIN_USERS: telegramIds
    .optional()
    .describe(
      'Telegram user ids of the bot’s admins, separated by commas. Unset: the users of TELEGRAM_ALLOWED_USERS.',
    ),
  TELEGRAM_RATE_LIMIT: count(30).describe(
    'How many messages a minute the bot takes from one user.',
  ),
  TELEGRAM_REACTIONS: z
    .enum(['true', 'false'], 'true or false')
    .default('true')
    .describe(
      'Whether the bot reacts to a message with 👀 when it is stored, and with 👌 when its turn has ended, where the chat allows reactions.',
    ),
  TELEGRAM_WEBHOOK_URL: url(['http', 'https'])
    .optional()
    .describe(
      'Public address at which Telegram reaches the bot. Unset: the bot asks Telegram (long polling).',
    ),
  TELEGRAM_WEBHOOK_SECRET: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,256}$/, '1 to 256 letters, digits, _ and -')
    .optional()
    .describe('What Telegram must show at the webhook. Unset: a new random one at every start.'),
  TELEGRAM_WEBHOOK_HOST: z
    .string()
    .default('127.0.0.1')
    .describe('Address that the webhook binds, behind your own TLS proxy.'),
  TELEGRAM_WEBHOOK_PORT: port.default(8443).describe('Port that the webhook binds.'),
  ORCHESTRATOR_AGENT: z.string().default('demo'),
  ORCHESTRATOR_CREDENTIALS_DIR: z
    .string()
    .optional()
    .describe(
      'Folder of the agents’ logins: `<kind>/` for everybody, `<channel>/<user id>/<kind>/` for one user. Unset: `credentials` in the data folder.',
    ),
  ORCHESTRATOR_LOGIN_RENEWAL: z
    .enum(['own', 'shared', 'off'], 'one of own, shared, off')
    .default('own')
    .describe(
      'Which agents’ renewed logins are written back to the folder of logins: `own` (each user’s own login by that user’s agents; the system’s by those of the terminal, of TELEGRAM_ADMIN_USERS and of nobody), `shared` (the system’s by everybody’s agents, too), or `off` (none).',
    ),
  ORCHESTRATOR_PROJECT_ROOTS: folderList
    .optional()
    .describe(
      'Folders below which a project’s own folder may lie (`project create --repo /…`), separated by commas. Unset: none; URLs are taken.',
    ),
  ORCHESTRATOR_GIT_CREDENTIALS: z
    .string()
    .optional()
    .describe(
      'File with the credentials by which projects are fetched and pushed over https, a URL a line as `git credential-store` keeps them. No agent gets it. Unset: none.',
    ),
  ORCHESTRATOR_GIT_SSH_KEY: z
    .string()
    .optional()
    .describe(
      'Private key by which projects are fetched and pushed over ssh, whose hosts are in known_hosts. No agent gets it. Unset: none.',
    ),
  ORCHESTRATOR_GIT_NAME: z
    .string()
    .optional()
    .describe(
      'Name of whoever an agent’s commits are by. Unset: the name of its user’s channel and id.',
    ),
  ORCHESTRATOR_GIT_EMAIL: z
    .string()
    .optional()
    .describe('Mail address of whoever an agent’s commits are by. Unset: one that leads nowhere.'),
  ORCHESTRATOR_GIT_PEOPLE: committers
    .optional()
    .describe(
      'Whom the commits of one person’s agents are by, before the two settings above: `telegram/1001=Ann Lee <ann@example.com>`, several separated by commas.',
    ),
  ORCHESTRATOR_GIT_DEPTH: z.coerce
    .number(WHOLE)
    .int(WHOLE)
    .min(1, WHOLE)
    .optional()
    .describe(
      'So many commits of each branch are fetched of what a project is from, and given to an agent. For repositories with a large history. Unset: all.',
    ),
  ORCHESTRATOR_PROJECT_REMOVE_AFTER: z
    .string()
    .transform(toMilliseconds)
    .optional()
    .describe(
      'So long after a project was archived the repository that the system keeps of it is removed, with what was merged in it and pushed nowhere. Unset: never.',
    ),
  ORCHESTRATOR_RUNTIME: z
    .enum(['auto', 'docker', 'local'], 'one of auto, docker, local')
    .default('auto')
    .describe(
      'Where agents run: `docker` (a container each), `local` (processes of this machine), or `auto`: containers where a Docker engine answers and has the worker image, else processes.',
    ),
  ORCHESTRATOR_DOCKER_HOST: z
    .string()
    .refine(isEngineUrl, 'a URL such as unix:///var/run/docker.sock or tcp://host:2375')
    .optional()
    .describe('The Docker engine. Unset: unix:///var/run/docker.sock.'),
  ORCHESTRATOR_WORKER_IMAGE: z
    .string()
    .default('orchestrator-worker:latest')
    .describe('The image in which agents live; `npm run images` builds it.'),
  ORCHESTRATOR_AGENT_NETWORK: z
    .string()
    .default('orchestrator-agents')
    .describe('The Docker network of the agents. It is made where it is not there.'),
  ORCHESTRATOR_AGENT_INTERNET: z
    .enum(['on', 'off'], 'on or off')
    .default('on')
    .describe(
      'Whether agents in containers reach the outside, or the system’s NATS alone. Counts when the network is made.',
    ),
  ORCHESTRATOR_WHAT_IF_HOSTS: hostList
    .optional()
    .describe(
      'Host names, separated by commas, that a `what-if` in a container reaches by HTTPS beside its model (docs/what-if.md).',
    ),
  ORCHESTRATOR_AGENT_NATS_URL: urls(['nats', 'tls'])
    .optional()
    .describe(
      'Where agents in containers reach NATS (several servers separated by commas), if not where the system does. `npm start` sees to it by itself.',
    ),
  ORCHESTRATOR_AGENT_MEMORY: byteSize('4g').describe(
    'Memory of an agent’s container; above it the agent is ended, and says so.',
  ),
  ORCHESTRATOR_AGENT_CPUS: z.coerce
    .number('a number of processors such as 2 or 0.5')
    .positive('a number of processors such as 2 or 0.5')
    .default(2)
    .describe('Processors of an agent’s container.'),
  ORCHESTRATOR_AGENT_PIDS: z.coerce
    .number('a whole number of at least 16')
    .int('a whole number of at least 16')
    .min(16, 'a whole number of at least 16')
    .default(512)
    .describe('Processes and threads of an agent’s container.'),
  ORCHESTRATOR_AGENT_TMP: byteSize('512m').describe(
    'Size of /tmp in an agent’s container; what is in it counts as memory.',
  ),
  ORCHESTRATOR_AGENT_TTL: duration('2h').describe(
    'Life time of an agent, counted from its last turn.',
  ),
  ORCHESTRATOR_AGENT_PAUSE: z
    .string()
    .transform(toMilliseconds)
    .optional()
    .describe(
      'After so long without a turn an agent’s container is frozen, until the next message. Unset: never. A frozen agent does not end by itself when its system is gone for good.',
    ),
  ORCHESTRATOR_HOME_RETENTION: duration('90d').describe(
    'How long after its end the files of an agent are kept, so that its conversation can go on. Its owner is told a tenth of that before they are removed.',
  ),
  ORCHESTRATOR_ARCHIVE_AFTER: duration('24h').describe(
    'How long after its end an agent is archived: it leaves the lists, and what was said stays in the log. Not before its credential has expired by itself.',
  ),
  ORCHESTRATOR_MESSAGE_MODE: z
    .enum(MESSAGE_MODES, `one of ${MESSAGE_MODES.join(', ')}`)
    .default(DEFAULT_MESSAGE_MODE)
    .describe(
      'What a message does while a turn runs, where nothing else is said (`--mode`, `/mode`): `join` it (one answer may then serve several messages), `wait` for its end, or `interrupt` it.',
    ),
  ORCHESTRATOR_LAST_WORDS: z
    .enum(['on', 'off'], 'on or off')
    .default('on')
    .describe(
      'Whether a user whose agent ended its turn without an answer, twice, gets what its CLI said last, marked as not sent by the agent itself.',
    ),
  ORCHESTRATOR_SHADOW: z
    .enum(['true', 'false'], 'true or false')
    .default('false')
    .describe(
      'Whether a spawner that is started beside a system only follows its log, decides and acts on nothing, and tells in health and numbers where it would have decided otherwise.',
    ),
  ORCHESTRATOR_TURN_DEADLINE: duration('10m').describe(
    'How long a turn may take before it is failed visibly.',
  ),
  ORCHESTRATOR_INSTANCE: z
    .string()
    .refine(isToken, 'letters, digits, _ and - only')
    .optional()
    .describe(
      'Name of a spawner among those that share a data folder; it has to be the same after a restart. Unset: `main` under `npm start`, else the name of the machine.',
    ),
  ORCHESTRATOR_NODE_LEASE: duration('10s').describe(
    'How long a spawner that says nothing keeps its agents before another of the same place takes them.',
  ),
  ORCHESTRATOR_NODE_GRACE: duration('2m').describe(
    'How long a place without a living spawner may stay so before another place states its agents as lost.',
  ),
  ORCHESTRATOR_STOP_GRACE: duration('5s').describe(
    'How long an agent gets after its stdin was closed, and again after SIGTERM, before the next step.',
  ),
  ORCHESTRATOR_USER: z
    .string()
    .refine(isToken, 'letters, digits, _ and - only')
    .optional()
    .describe('Who you are in the terminal. Unset: the name of the login.'),
  OTEL_EXPORTER_OTLP_ENDPOINT: url(['http', 'https'])
    .transform((text) => text.replace(/\/+$/, ''))
    .optional()
    .describe(
      'Where traces are sent: the root of an OpenTelemetry collector that takes OTLP over HTTP, such as http://127.0.0.1:4318. Unset: nowhere.',
    ),
  OTEL_EXPORTER_OTLP_HEADERS: headerList
    .optional()
    .describe(
      'Headers that go with them, as `name=value` separated by commas. `orchestrator traces` takes them, too.',
    ),
  LOG_LEVEL: z
    .enum(
      ['trace', 'debug', 'info', 'warn', 'error', 'silent'],
      'one of trace, debug, info, warn, error, silent',
    )
    .default('info')
    .describe('How much the system’s own log says.'),
} satisfies Record<string, z.ZodType>;

export type Settings = z.infer<z.ZodObject<typeof SYSTEM_SETTINGS>>;

/** Settings by their names. `docs/settings.md` is made from the descriptions. */
export type SettingSchemas = Readonly<Record<string, z.ZodType>>;

/** What a kind of agent brings to the settings (`agents/agent-kind.ts`). */
interface KindSettings {
  readonly name: string;
  readonly settings: SettingSchemas;
}

/** Every setting that there is, with these kinds of agents. */
export function withKinds(kinds: readonly KindSettings[]): SettingSchemas {
  const names = kinds.map(({ name }) => name).join(', ');
  const agent = SYSTEM_SETTINGS.ORCHESTRATOR_AGENT.refine(
    (name) => kinds.some((kind) => kind.name === name),
    `one of ${names}`,
  ).describe(`The kind of agent that is started for a user: ${names}.`);
  const ofKinds = kinds.flatMap(({ settings }) => Object.entries(settings));
  const all = Object.entries(SYSTEM_SETTINGS).flatMap(([name, schema]): [string, z.ZodType][] =>
    name === 'ORCHESTRATOR_AGENT' ? [[name, agent], ...ofKinds] : [[name, schema]],
  );
  return Object.fromEntries(all);
}

const SECRET = /_(TOKEN|SECRET|HEADERS)$/;

/** Is it a setting whose value is never shown? */
export const isSecretSetting = (name: string): boolean => SECRET.test(name);

export interface SettingProblem {
  setting: string;
  value: string;
  allowed: string;
}

/**
 * All settings of an environment, or every wrong one at once. An empty value counts as unset; nothing
 * else is read from it.
 */
export function parseSettings(
  environment: Record<string, string | undefined>,
  schemas: SettingSchemas,
): { ok: true; settings: Settings } | { ok: false; problems: SettingProblem[] } {
  const given = Object.fromEntries(
    Object.keys(schemas).flatMap((name) => {
      const value = environment[name];
      return value === undefined || value === '' ? [] : [[name, value]];
    }),
  );
  const unknown = unknownSettings(environment, schemas);
  const result = z.object(schemas).safeParse(given);
  if (result.success && unknown.length === 0) {
    // `withKinds` has all of the system's among them, each read by its own schema.
    return { ok: true, settings: result.data as Settings };
  }
  const wrong = (result.error?.issues ?? []).map((issue) => {
    const setting = String(issue.path[0] ?? '');
    const value = isSecretSetting(setting) ? '…' : String(given[setting] ?? '');
    return { setting, value, allowed: issue.message };
  });
  return { ok: false, problems: [...wrong, ...unknown] };
}

function unknownSettings(
  environment: Record<string, string | undefined>,
  schemas: SettingSchemas,
): SettingProblem[] {
  return Object.keys(environment)
    .filter((name) => name.startsWith('ORCHESTRATOR_') && !Object.hasOwn(schemas, name))
    .map((setting) => ({
      setting,
      value: environment[setting] ?? '',
      allowed: 'no such setting; docs/settings.md lists them',
    }));
}

/** One line that names every wrong setting, its value and what is allowed. */
export function settingProblemsLine(problems: SettingProblem[]): string {
  return problems
    .map(
      ({ setting, value, allowed }) => `${setting}=${JSON.stringify(value)} (allowed: ${allowed})`,
    )
    .join('; ');
}
