import { encodeAccount, encodeOperator } from '@nats-io/jwt';
import type { Trust } from './trust.ts';

export interface ServerConfig {
  /** The address it listens on; loopback without. */
  host?: string | undefined;
  port: number;
  /** Folder of the streams. */
  storeDir: string;
  /** stderr without. */
  logFile?: string | undefined;
  pidFile?: string | undefined;
  /** Port of its own HTTP pages (`/healthz`), on loopback; none without. */
  monitorPort?: number | undefined;
  /** Bytes of the largest message. */
  maxPayload: number;
  /** Bytes that the streams may take; the server's own guess (3/4 of what is free) without. */
  maxStore?: number | undefined;
  trust: Trust;
}

/** Bytes of the largest message, where nothing else is asked for. */
export const MAX_PAYLOAD = 8 * 1024 * 1024;

const LOOPBACK = '127.0.0.1';
const UNLIMITED = -1;

/** What the JWT library leaves out is 0, and 0 means none. */
const ACCOUNT_LIMITS = {
  conn: UNLIMITED,
  leaf: UNLIMITED,
  imports: UNLIMITED,
  exports: UNLIMITED,
  subs: UNLIMITED,
  data: UNLIMITED,
  payload: UNLIMITED,
  wildcards: true,
};

/** The server takes no JetStream in its system account. */
const JETSTREAM_LIMITS = {
  mem_storage: UNLIMITED,
  disk_storage: UNLIMITED,
  streams: UNLIMITED,
  consumer: UNLIMITED,
};

/**
 * The configuration file of a nats-server of this system: JWT auth with the account in the file
 * itself, which holds no secret; streams on disk. An acknowledged message survives the death of the process at
 * once and the death of the machine after `sync_interval`.
 */
export async function serverConfig(config: ServerConfig): Promise<string> {
  const { trust } = config;
  const [operator, account, system] = await Promise.all([
    encodeOperator('orchestrator', trust.operator, { system_account: trust.system.getPublicKey() }),
    encodeAccount(
      'orchestrator',
      trust.account,
      { limits: { ...ACCOUNT_LIMITS, ...JETSTREAM_LIMITS } },
      { signer: trust.operator },
    ),
    encodeAccount('SYS', trust.system, { limits: ACCOUNT_LIMITS }, { signer: trust.operator }),
  ]);
  const maxStore = config.maxStore === undefined ? '' : `\n  max_file_store: ${config.maxStore}`;
  return `# Written by Orchestrator on every start; changes here do not last.
host: ${quoted(config.host ?? LOOPBACK)}
port: ${config.port}
server_name: orchestrator
${places(config)}max_payload: ${config.maxPayload}
write_deadline: "10s"
authorization { timeout: 20 }
lame_duck_grace_period: "1s"
lame_duck_duration: "30s"

jetstream {
  store_dir: ${quoted(config.storeDir)}${maxStore}
  sync_interval: "1s"
}

operator: ${operator}
system_account: ${trust.system.getPublicKey()}
resolver: MEMORY
resolver_preload: {
  ${trust.account.getPublicKey()}: ${account}
  ${trust.system.getPublicKey()}: ${system}
}
`;
}

function places({ pidFile, logFile, monitorPort }: ServerConfig): string {
  const lines = [
    ...(pidFile === undefined ? [] : [`pid_file: ${quoted(pidFile)}`]),
    ...(logFile === undefined
      ? []
      : [`log_file: ${quoted(logFile)}`, 'logfile_size_limit: 10MB', 'logfile_max_num: 3']),
    ...(monitorPort === undefined ? [] : [`http: "${LOOPBACK}:${monitorPort}"`]),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** A path in the server's configuration language, whose strings know C-like escapes. */
const quoted = (path: string): string => JSON.stringify(path);
