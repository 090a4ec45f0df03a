import { createHash } from 'node:crypto';
import type Docker from 'dockerode';
import type { WaysOut } from '../../ways-out.ts';
import type { ProcessSpec } from '../runtime.ts';

/** Prefix of every label; each container and volume of an agent has {@link AGENT_LABEL}. */
const LABEL = 'dev.orchestrator';
export const AGENT_LABEL = `${LABEL}.agent`;
export const RUN_LABEL = `${LABEL}.run`;
export const ROLE_LABEL = `${LABEL}.role`;
/** Whose it is, where several systems use one engine. */
export const SYSTEM_LABEL = `${LABEL}.system`;

export const HOME = '/home/agent';
export const WORKSPACE = `${HOME}/workspace`;
export const MAILBOX = '/run/orchestrator';
export const SECRETS = `${MAILBOX}/secrets`;
export const SEARCH_PATH = '/usr/local/bin:/usr/bin:/bin';

/** Of the image's user `agent`. */
export const AGENT_UID = 1000;

/** What an agent's container may take; each is a limit that the kernel enforces. */
export interface ContainerLimits {
  memoryBytes: number;
  /** Processes and threads. */
  pids: number;
  /** Processors, also parts of one. */
  cpus: number;
  /** Of /tmp, which counts as memory. */
  tmpBytes: number;
}

export interface ContainerSettings {
  /** A name for the system whose agents these are; what is another's is never looked at. */
  system: string;
  image: string;
  network: string;
  limits: ContainerLimits;
  /** After this and the end of its time the agent ends by itself. */
  expiryGraceMs: number;
  /**
   * For so long a container whose agent has ended waits until both of its outputs are read, so that an
   * engine that is away loses nothing of them; 0 where nobody reads them.
   */
  outputHoldMs: number;
}

const seconds = (ms: number): string => String(Math.ceil(ms / 1000));

export const homeVolume = (agentId: string): string => `${agentId}-home`;
export const mailboxVolume = (agentId: string): string => `${agentId}-mailbox`;
/** A container that is never started: through it the mailbox is written, which the agent may read. */
export const mailboxContainer = (agentId: string): string => `${agentId}-mailbox`;

/** A container that is never started: through it the home is read of an agent that has no other any more. */
export const readerContainer = (agentId: string): string => `${agentId}-reader`;

/** What lets the container of a what-if out to a few places, and the sockets that the two share. */
export const gateContainer = (agentId: string): string => `${agentId}-gate`;
export const waysVolume = (agentId: string): string => `${agentId}-ways`;

/** Labels of what belongs to an agent. */
export function labelsOf(
  { agentId, runId, labels }: ProcessSpec,
  { system }: ContainerSettings,
  role: 'agent' | 'mailbox' | 'home' | 'gate',
): Record<string, string> {
  const more = Object.entries(labels).map(([name, value]) => [`${LABEL}.${name}`, value]);
  return {
    [AGENT_LABEL]: agentId,
    [RUN_LABEL]: runId,
    [ROLE_LABEL]: role,
    [SYSTEM_LABEL]: system,
    ...Object.fromEntries(more),
  };
}

/** Where the sockets of its ways out are, in both containers. */
const WAYS = '/run/ways';
const GATE = '/usr/local/lib/orchestrator/gate.mjs';
const GATE_MEMORY = 128 * 1024 * 1024;

/** The agent begins when its ways are open. Its stdin is its own. */
const BESIDE_GATE = `exec 9< <(exec /usr/local/bin/node ${GATE} inside "$0" </dev/null 2>/dev/null)
read -r _ <&9 || { echo 'the worker image has no gate: build it anew' >&2; exit 127; }
exec 9<&-
exec "$@"`;

const ways = (out: WaysOut): string => JSON.stringify(out);

/**
 * The container that is an agent's home: its main process under an init, stdin open for as long as
 * it lives, and nothing in it that the agent does not need (docs/decisions/0008-docker-runtime.md).
 */
export function agentContainer(
  spec: ProcessSpec,
  settings: ContainerSettings,
): Docker.ContainerCreateOptions & { name: string } {
  const { runId, waysOut } = spec;
  const command = waysOut
    ? ['bash', '-c', BESIDE_GATE, ways(waysOut), ...spec.command]
    : spec.command;
  const options = {
    Image: settings.image,
    Entrypoint: ['/usr/local/bin/agent-entry'],
    Cmd: [runId, seconds(settings.expiryGraceMs), seconds(settings.outputHoldMs), ...command],
    User: `${AGENT_UID}:${AGENT_UID}`,
    // Not the agent's environment, which would be read by everybody who may inspect it.
    Env: [`HOME=${HOME}`],
    WorkingDir: '/',
    OpenStdin: true,
    StdinOnce: false,
    Tty: false,
    StopTimeout: 10,
    HostConfig: hostConfig(spec, settings),
  };
  const digest = createHash('sha256').update(JSON.stringify(options)).digest('hex').slice(0, 16);
  return {
    ...options,
    name: spec.agentId,
    Labels: { ...labelsOf(spec, settings, 'agent'), [`${LABEL}.config`]: digest },
  };
}

/** What every container of an agent is denied. */
const LOCKED = {
  Init: true,
  ReadonlyRootfs: true,
  CapDrop: ['ALL'],
  SecurityOpt: ['no-new-privileges:true'],
  RestartPolicy: { Name: 'no' },
};

function hostConfig(
  { agentId, waysOut }: ProcessSpec,
  settings: ContainerSettings,
): Docker.HostConfig {
  const { memoryBytes, pids, cpus, tmpBytes } = settings.limits;
  return {
    ...LOCKED,
    NetworkMode: waysOut ? 'none' : settings.network,
    Binds: [
      `${mailboxVolume(agentId)}:${MAILBOX}:ro`,
      `${homeVolume(agentId)}:${HOME}`,
      ...(waysOut ? [`${waysVolume(agentId)}:${WAYS}:ro`] : []),
    ],
    Tmpfs: { '/tmp': `rw,nosuid,nodev,size=${tmpBytes},mode=1777` },
    PidsLimit: pids,
    Memory: memoryBytes,
    // The same: no swap.
    MemorySwap: memoryBytes,
    NanoCpus: Math.round(cpus * 1e9),
    IpcMode: 'private',
    // Keeps bytes as they are; json-file makes text of them.
    LogConfig: { Type: 'local', Config: { 'max-size': '100m', 'max-file': '3' } },
  };
}

/** Never started; without a network, and with nothing but the mailbox. */
export function mailboxOptions(
  spec: ProcessSpec,
  settings: ContainerSettings,
): Docker.ContainerCreateOptions & { name: string } {
  return {
    name: mailboxContainer(spec.agentId),
    Image: settings.image,
    Entrypoint: ['/bin/false'],
    Labels: labelsOf(spec, settings, 'mailbox'),
    HostConfig: {
      NetworkMode: 'none',
      Binds: [`${mailboxVolume(spec.agentId)}:${MAILBOX}`],
      CapDrop: ['ALL'],
    },
  };
}

/** Never started; without a network, and with nothing but the home. */
export const readerOptions = (
  agentId: string,
  { image, system }: ContainerSettings,
): Docker.ContainerCreateOptions & { name: string } => ({
  name: readerContainer(agentId),
  Image: image,
  Entrypoint: ['/bin/false'],
  Labels: { [AGENT_LABEL]: agentId, [ROLE_LABEL]: 'reader', [SYSTEM_LABEL]: system },
  HostConfig: {
    NetworkMode: 'none',
    Binds: [`${homeVolume(agentId)}:${HOME}`],
    CapDrop: ['ALL'],
  },
});

/** It has the network that agents have, nothing of the agent's, and no more than it takes to pass on what is let through. */
export function gateOptions(
  spec: ProcessSpec,
  out: WaysOut,
  settings: ContainerSettings,
): Docker.ContainerCreateOptions & { name: string } {
  return {
    name: gateContainer(spec.agentId),
    Image: settings.image,
    Entrypoint: ['/usr/local/bin/node', GATE, 'outside', ways(out)],
    Cmd: [],
    User: `${AGENT_UID}:${AGENT_UID}`,
    WorkingDir: '/',
    Labels: labelsOf(spec, settings, 'gate'),
    HostConfig: {
      ...LOCKED,
      NetworkMode: settings.network,
      Binds: [`${waysVolume(spec.agentId)}:${WAYS}`],
      PidsLimit: 64,
      Memory: GATE_MEMORY,
      MemorySwap: GATE_MEMORY,
      LogConfig: { Type: 'local', Config: { 'max-size': '1m', 'max-file': '2' } },
    },
  };
}
