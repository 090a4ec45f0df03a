import type { Logger } from 'pino';
import type { AgentFactories } from '../agents/agent-factories.ts';
import type { Quotas } from '../core/domain/agent/run/quota.ts';
import type { EventLog } from '../core/log/event-log.ts';
import type { SystemFollower } from '../core/projection/system-follower.ts';
import type { ToolDeclaration } from '../schemas/tool-declaration.ts';
import type { ConnectionMeter } from './connection-meter.ts';
import type { FileMeter } from './file-meter.ts';
import type { ForkSessions } from './fork-sessions.ts';
import type { LogCollector } from './log-collector.ts';
import type { LoginRenewals } from './logins/login-renewals.ts';
import type { Ownership } from './ownership/ownership.ts';
import type { ProcessManager } from './process-manager.ts';
import type { AgentProjects } from './projects/agent-projects.ts';
import type { ProjectCheckouts } from './projects/project-checkouts.ts';
import type { ProjectTools } from './projects/project-tools.ts';
import type { StuckAgents } from './stuck-agents.ts';

/** What every agent's worker is given. */
export interface WorkerDependencies {
  log: EventLog;
  follower: SystemFollower;
  processes: ProcessManager;
  collector: LogCollector;
  factories: AgentFactories;
  logins: LoginRenewals;
  /** What forks take over of others' sessions. */
  forks: ForkSessions;
  /** Undefined where no projects are kept. */
  projects: AgentProjects | undefined;
  /** What agents may ask of their projects. */
  projectTools: ProjectTools | undefined;
  /** Where programs of projects run. */
  checkouts: ProjectCheckouts | undefined;
  logger: Logger;
  ownership: Ownership;
  allowedTools: readonly string[] | undefined;
  /** Those that an operator has declared. */
  tools: readonly ToolDeclaration[];
  /** Whether a user gets the last words of an agent that did not answer. */
  lastWords: boolean;
  /** Projects that one person may have. */
  maxProjects: number;
  /** Messages that may wait for one agent. */
  maxQueue: number;
  stopGraceMs: number;
  /** An idle agent is frozen after this, where its runtime can do that; undefined: never. */
  pauseAfterMs: number | undefined;
  /** Undefined: agents are kept to none, since there are no keys to their credentials. */
  quotas: Quotas | undefined;
  files: FileMeter;
  connections: ConnectionMeter;
  stuck: StuckAgents;
  clock: () => Date;
}
