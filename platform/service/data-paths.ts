import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { DEFAULT_DATA_DIR } from '../../schemas/default-data-dir.ts';

/** Where everything is kept below `ORCHESTRATOR_DATA_DIR`. */
export interface DataPaths {
  root: string;
  /** Held by the one run that uses the folder. */
  lock: string;
  /** The embedded nats-server: configuration, port, streams. */
  nats: string;
  /** The URL of the embedded nats-server, for the operator's commands. */
  natsUrl: string;
  /** Keys: operator, account, and the credentials made with them. */
  auth: string;
  operatorCreds: string;
  /** The token of the HTTP API, where it was made and not set. */
  httpToken: string;
  /** Port and URL of the HTTP API. */
  http: string;
  httpUrl: string;
  /** One folder an agent. */
  agents: string;
  /** A repository for each project. */
  projects: string;
  /** One folder for each job that runs as a program of this machine. */
  jobs: string;
  /** Declared tools, where ORCHESTRATOR_TOOLS_DIR is unset. */
  tools: string;
  /** Servers on which agents may have something done (`servers.json`). */
  servers: string;
  /** The system's own log. */
  systemLog: string;
  /** Checkpoints of projections; may be deleted at any time. */
  snapshots: string;
  /** States of the past, from which others are folded; may be deleted at any time. */
  states: string;
}

/** @param dataDir as ORCHESTRATOR_DATA_DIR has it; `from`: the folder that it is relative to */
export function dataPaths(dataDir: string, from = process.cwd()): DataPaths {
  const root = rootOf(dataDir, from);
  return {
    root,
    lock: join(root, 'lock'),
    nats: join(root, 'nats'),
    natsUrl: join(root, 'nats', 'url'),
    auth: join(root, 'auth'),
    operatorCreds: join(root, 'auth', 'operator.creds'),
    httpToken: join(root, 'auth', 'http.token'),
    http: join(root, 'http'),
    httpUrl: join(root, 'http', 'url'),
    agents: join(root, 'agents'),
    projects: join(root, 'projects'),
    jobs: join(root, 'jobs'),
    tools: join(root, 'tools'),
    servers: join(root, 'servers.json'),
    systemLog: join(root, 'system.log'),
    snapshots: join(root, 'snapshots'),
    states: join(root, 'snapshots', 'states'),
  };
}

/** Nobody's data is kept by default where a package manager puts a new version in the old one's place. */
function rootOf(dataDir: string, from: string): string {
  const root = resolve(from, dataDir);
  if (dataDir !== DEFAULT_DATA_DIR || !root.split('/').includes('node_modules')) return root;
  return join(homedir(), '.local', 'state', 'orchestrator');
}
