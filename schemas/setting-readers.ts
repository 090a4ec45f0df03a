import type { Settings } from './settings.ts';

/**
 * What reads a setting: `start` (`npm start`), a service by its name, `streams` (`orchestrator init
 * streams`), `command` (an operator's command in a system that runs), `agent` (an agent's command).
 */
export type SettingReader = 'start' | 'streams' | ServiceName | 'command' | 'agent';

/** The services of a system. */
export type ServiceName = 'spawner' | 'projections' | 'bot' | 'redis';

const SERVICES: readonly SettingReader[] = ['spawner', 'projections', 'bot', 'redis'];
const EVERYBODY: readonly SettingReader[] = ['start', 'streams', ...SERVICES, 'command'];
/** Whoever makes an agent for a person. */
const MAKERS: readonly SettingReader[] = ['start', 'projections', 'bot', 'redis', 'command'];
const SPAWNER: readonly SettingReader[] = ['spawner'];
const STREAMS: readonly SettingReader[] = ['start', 'streams'];
const BOT: readonly SettingReader[] = ['bot'];
const PROJECTIONS: readonly SettingReader[] = ['projections'];

/**
 * Who reads each setting of the system. Under `npm start` all have one environment; elsewhere, as in
 * `docker-compose.yml`, each gets what it reads (`tests/schemas/compose-settings.test.ts` holds it to that).
 */
export const SETTING_READERS: Readonly<Record<keyof Settings, readonly SettingReader[]>> = {
  ORCHESTRATOR_DATA_DIR: EVERYBODY,
  ORCHESTRATOR_ENV_FILE: ['start'],
  ORCHESTRATOR_NATS_URL: [...EVERYBODY, 'agent'],
  ORCHESTRATOR_REPLICAS: STREAMS,
  ORCHESTRATOR_NATS_PORT: ['start'],
  ORCHESTRATOR_NATS_SERVER: ['start'],
  ORCHESTRATOR_CREDS: [...EVERYBODY, 'agent'],
  ORCHESTRATOR_AGENT_ID: ['agent'],
  ORCHESTRATOR_ALLOWED_TOOLS: ['spawner', 'projections', 'agent'],
  ORCHESTRATOR_TOOLS_DIR: ['spawner', 'command'],
  ORCHESTRATOR_QUOTA_EVENTS_MINUTE: SPAWNER,
  ORCHESTRATOR_QUOTA_BYTES_MINUTE: SPAWNER,
  ORCHESTRATOR_QUOTA_EVENTS: SPAWNER,
  ORCHESTRATOR_QUOTA_BYTES: SPAWNER,
  ORCHESTRATOR_QUOTA_FILES: SPAWNER,
  ORCHESTRATOR_QUOTA_FILE_BYTES: SPAWNER,
  ORCHESTRATOR_QUOTA_QUESTIONS: SPAWNER,
  ORCHESTRATOR_QUOTA_CALLS: SPAWNER,
  ORCHESTRATOR_QUOTA_PROJECTS: SPAWNER,
  ORCHESTRATOR_QUOTA_CONNECTIONS: SPAWNER,
  ORCHESTRATOR_QUEUE_MESSAGES: SPAWNER,
  ORCHESTRATOR_QUOTA_MESSAGE: ['spawner', 'projections'],
  ORCHESTRATOR_SAID_BYTES: STREAMS,
  ORCHESTRATOR_SAID_PER_SUBJECT: STREAMS,
  ORCHESTRATOR_FILES_BYTES: STREAMS,
  ORCHESTRATOR_EVENTS_ARCHIVE_AFTER: PROJECTIONS,
  ORCHESTRATOR_FILES_AGE: STREAMS,
  ORCHESTRATOR_LOGS_LINES: STREAMS,
  ORCHESTRATOR_LOGS_BYTES: STREAMS,
  ORCHESTRATOR_LOGS_AGE: STREAMS,
  ORCHESTRATOR_DLQ_BYTES: STREAMS,
  ORCHESTRATOR_DLQ_AGE: STREAMS,
  ORCHESTRATOR_IDS_AGE: STREAMS,
  ORCHESTRATOR_API_URL: ['spawner', 'agent'],
  ORCHESTRATOR_HTTP_HOST: PROJECTIONS,
  ORCHESTRATOR_HTTP_PORT: PROJECTIONS,
  ORCHESTRATOR_HTTP_ALLOWED_HOSTS: PROJECTIONS,
  ORCHESTRATOR_HTTP_TOKEN: PROJECTIONS,
  ORCHESTRATOR_HTTP_RATE_LIMIT: PROJECTIONS,
  ORCHESTRATOR_AGENT_PROTOCOL: PROJECTIONS,
  ORCHESTRATOR_REDIS_URL: ['start', 'redis'],
  ORCHESTRATOR_REDIS_HISTORY: ['redis'],
  TELEGRAM_BOT_TOKEN: ['start', 'bot'],
  TELEGRAM_API_ROOT: BOT,
  TELEGRAM_ALLOWED_USERS: BOT,
  TELEGRAM_ADMIN_USERS: ['spawner', 'bot'],
  TELEGRAM_RATE_LIMIT: BOT,
  TELEGRAM_REACTIONS: BOT,
  TELEGRAM_WEBHOOK_URL: BOT,
  TELEGRAM_WEBHOOK_SECRET: BOT,
  TELEGRAM_WEBHOOK_HOST: BOT,
  TELEGRAM_WEBHOOK_PORT: BOT,
  ORCHESTRATOR_AGENT: ['spawner', ...MAKERS],
  ORCHESTRATOR_CREDENTIALS_DIR: ['start', 'spawner'],
  ORCHESTRATOR_LOGIN_RENEWAL: SPAWNER,
  ORCHESTRATOR_PROJECT_ROOTS: SPAWNER,
  ORCHESTRATOR_GIT_CREDENTIALS: SPAWNER,
  ORCHESTRATOR_GIT_SSH_KEY: SPAWNER,
  ORCHESTRATOR_GIT_NAME: SPAWNER,
  ORCHESTRATOR_GIT_EMAIL: SPAWNER,
  ORCHESTRATOR_GIT_PEOPLE: SPAWNER,
  ORCHESTRATOR_GIT_DEPTH: SPAWNER,
  ORCHESTRATOR_PROJECT_REMOVE_AFTER: SPAWNER,
  ORCHESTRATOR_RUNTIME: ['start', 'spawner'],
  ORCHESTRATOR_DOCKER_HOST: ['start', 'spawner'],
  ORCHESTRATOR_WORKER_IMAGE: ['start', 'spawner'],
  ORCHESTRATOR_AGENT_NETWORK: ['start', 'spawner'],
  ORCHESTRATOR_AGENT_INTERNET: ['start', 'spawner'],
  ORCHESTRATOR_AGENT_NATS_URL: ['start', 'spawner'],
  ORCHESTRATOR_AGENT_MEMORY: SPAWNER,
  ORCHESTRATOR_AGENT_CPUS: SPAWNER,
  ORCHESTRATOR_AGENT_PIDS: SPAWNER,
  ORCHESTRATOR_AGENT_TMP: SPAWNER,
  ORCHESTRATOR_AGENT_TTL: MAKERS,
  ORCHESTRATOR_AGENT_PAUSE: SPAWNER,
  ORCHESTRATOR_HOME_RETENTION: SPAWNER,
  ORCHESTRATOR_ARCHIVE_AFTER: SPAWNER,
  ORCHESTRATOR_MESSAGE_MODE: ['start', 'projections', 'bot', 'command'],
  ORCHESTRATOR_LAST_WORDS: SPAWNER,
  ORCHESTRATOR_SHADOW: ['start', 'spawner'],
  ORCHESTRATOR_TURN_DEADLINE: MAKERS,
  ORCHESTRATOR_INSTANCE: ['start', 'spawner'],
  ORCHESTRATOR_NODE_LEASE: SPAWNER,
  ORCHESTRATOR_NODE_GRACE: SPAWNER,
  ORCHESTRATOR_STOP_GRACE: ['start', 'spawner', 'command'],
  ORCHESTRATOR_USER: ['start', 'command'],
  OTEL_EXPORTER_OTLP_ENDPOINT: ['projections', 'command'],
  OTEL_EXPORTER_OTLP_HEADERS: PROJECTIONS,
  LOG_LEVEL: ['start', ...SERVICES],
};
