import { AgentClient } from '../../core/conversation/agent-client.ts';
import { samePerson } from '../../core/domain/same-person.ts';
import { EventLog } from '../../core/log/event-log.ts';
import { MAIN_INSTANCE, nodeName } from '../../platform/service/node-name.ts';
import { ViewsClient } from '../../platform/service/views-client.ts';
import { asOrchestratorError } from '../../schemas/errors.ts';
import type { AgentSummary } from '../../schemas/views.ts';
import type { TalkContext } from '../chat/talk-context.ts';
import { terminalPerson } from '../chat/terminal-person.ts';
import { runningAgents, stopAgents } from './stop-agents.ts';

/** Beside the steps of each agent's end, which it may take a grace time each for. */
const MARGIN_MS = 5_000;
const STEPS = 3;
const PATIENCE_MS = 10_000;

/** Whose agents end with the system: everybody's, those of who sits at its terminal, or nobody's. */
export type Ending = 'all' | 'own' | 'none';

/**
 * The agents at the end of the system: they end with it, or stay and are named. Says what did not
 * end. Never throws, for the rest of the system has to end whatever happens here.
 */
export async function endAgents(
  { settings, paths, connection }: Omit<TalkContext, 'signal'>,
  ending: Ending,
  say: (line: string) => void,
): Promise<void> {
  try {
    const log = new EventLog(connection);
    const views = new ViewsClient(connection.nc);
    const agentClient = new AgentClient({ log, views, patience: { patienceMs: PATIENCE_MS } });
    const instance = settings.ORCHESTRATOR_INSTANCE ?? MAIN_INSTANCE;
    // With a server of many, this run ends only its own.
    const embedded = settings.ORCHESTRATOR_NATS_URL === undefined;
    const person = terminalPerson(settings);
    const isOwn = ({ owner }: AgentSummary) => owner !== undefined && samePerson(owner, person);
    const options = {
      log,
      views,
      agentClient,
      person,
      ...(ending === 'own' && { meant: isOwn }),
      node: embedded ? undefined : await nodeName(paths.agents, instance),
      timeoutMs: settings.ORCHESTRATOR_STOP_GRACE * STEPS + MARGIN_MS,
    };
    const left = ending === 'none' ? [] : await stopAgents(options);
    sayLeft(left, say);
    if (ending === 'all') return;
    const others = await runningAgents({
      ...options,
      meant: ({ agentId }) => !left.includes(agentId),
    });
    sayKept(others, say);
  } catch (error) {
    say(`The agents may still be running: ${asOrchestratorError(error).line}`);
  }
}

function sayKept(kept: readonly AgentSummary[], say: (line: string) => void): void {
  if (kept.length === 0) return;
  const ids = kept.map(({ agentId }) => agentId).join(', ');
  say(`${ids} kept running; \`npm start\` on the same data folder goes on with it.`);
}

function sayLeft(left: string[], say: (line: string) => void): void {
  if (left.length === 0) return;
  say(`Did not end in time: ${left.join(', ')}. The next start takes them up; see the system log.`);
}
