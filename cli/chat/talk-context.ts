import { agentWish } from '../../agents/agent-wish.ts';
import { AgentClient, type AssignedAgent } from '../../core/conversation/agent-client.ts';
import type { Happening } from '../../core/conversation/talk.ts';
import type { LogConnection } from '../../core/log/connection.ts';
import { EventLog } from '../../core/log/event-log.ts';
import type { DataPaths } from '../../platform/service/data-paths.ts';
import { ViewsClient } from '../../platform/service/views-client.ts';
import type { AgentProject } from '../../schemas/events/project.ts';
import type { Settings } from '../../schemas/settings.ts';
import { Dialogue } from './dialogue.ts';
import { ReadingPosition } from './reading-position.ts';
import { terminalPerson } from './terminal-person.ts';

/** What a talk needs of the system that runs. */
export interface TalkContext {
  settings: Settings;
  paths: DataPaths;
  connection: LogConnection;
  /** Talk to this agent instead of one's own. */
  agentId?: string | undefined;
  /** New agents begin in this project. */
  project?: AgentProject | undefined;
  signal: AbortSignal;
}

export interface TalkDisplay {
  show: (happening: Happening) => Promise<void>;
  hear?: (happening: Happening) => void;
  onAgent: (assigned: AssignedAgent) => void;
  onFailure: (error: unknown) => void;
}

/** How long a message waits for a server that is gone: it restarts within seconds. */
const PATIENCE_MS = 30_000;

/** The parts of a talk, built from the running system. The dialogue is not opened yet. */
export async function prepareTalk(context: TalkContext, display: TalkDisplay) {
  const { settings, paths, connection, agentId, project, signal } = context;
  const log = new EventLog(connection);
  const views = new ViewsClient(connection.nc);
  const agentClient = new AgentClient({
    log,
    views,
    patience: { patienceMs: PATIENCE_MS, signal },
  });
  const person = terminalPerson(settings);
  const began = await log.lastSequence('EVENTS');
  const position = await ReadingPosition.load(paths, person, began);
  // Whoever starts a chat with another kind wants to talk to that.
  const wish = { ...agentWish(settings), ofThisKind: true, ...(project && { project }) };
  const mode = settings.ORCHESTRATOR_MESSAGE_MODE;
  const talk = { log, agentClient, person, wish, mode, position, began, agentId, signal };
  return {
    dialogue: new Dialogue({ ...talk, ...display }),
    agentClient,
    log,
    views,
    began,
    person,
    wish,
    mode,
  };
}
