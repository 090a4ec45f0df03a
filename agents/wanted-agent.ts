import type { AgentWish } from '../core/conversation/agent-client.ts';
import { isModelName, NO_MODEL_NAME } from '../schemas/agent-model.ts';
import { isAgentName, NO_AGENT_NAME, tidyAgentName } from '../schemas/agent-name.ts';
import { OrchestratorError } from '../schemas/errors.ts';
import type { AgentProject } from '../schemas/events/project.ts';
import type { Settings } from '../schemas/settings.ts';
import { KIND_NAMES, kindOf } from './agent-kinds.ts';

/** What somebody says of an agent that is to be made; the settings say the rest. */
export interface WantedAgent {
  kind?: string | undefined;
  name?: string | undefined;
  ttlMs?: number | undefined;
  commandLine?: string | undefined;
  model?: string | undefined;
  effort?: string | undefined;
  project?: AgentProject | undefined;
}

/**
 * The agent that is wanted, with what the settings say. `named` spells what is refused as its reader
 * wrote it: `--model`. Throws ORC_UNKNOWN_KIND and ORC_USAGE.
 */
export function wantedAgent(
  settings: Settings,
  wanted: WantedAgent,
  named: (what: string) => string,
): AgentWish {
  const { name, model, effort, commandLine, project } = wanted;
  const kind = wanted.kind ?? settings.ORCHESTRATOR_AGENT;
  requireKind(kind, named('kind'));
  requireModel(kind, { model, effort }, named);
  return {
    kind,
    ...(name !== undefined && { name: nameOf(name, named('name')) }),
    ttlMs: wanted.ttlMs ?? settings.ORCHESTRATOR_AGENT_TTL,
    turnDeadlineMs: settings.ORCHESTRATOR_TURN_DEADLINE,
    ...(commandLine !== undefined && { commandLine }),
    ...(model !== undefined && { model }),
    ...(effort !== undefined && { effort }),
    ...(project !== undefined && { project }),
  };
}

/** Throws ORC_UNKNOWN_KIND. Which of them this system can start, its spawner says. */
export function requireKind(kind: string, option: string): void {
  if (KIND_NAMES.includes(kind)) return;
  const what = `${option} ${JSON.stringify(kind)} is none of ${KIND_NAMES.join(', ')}`;
  throw new OrchestratorError('ORC_UNKNOWN_KIND', what);
}

/** Throws ORC_USAGE for a model or an effort that agents of this kind cannot be given. */
function requireModel(
  kind: string,
  { model, effort }: Pick<WantedAgent, 'model' | 'effort'>,
  named: (what: string) => string,
): void {
  const models = kindOf(kind)?.models;
  if (model !== undefined) {
    const option = named('model');
    if (models === undefined) throw refused(`${option}: a ${kind} agent has no model to choose`);
    if (!isModelName(model)) throw refused(`${option} ${JSON.stringify(model)}: ${NO_MODEL_NAME}`);
  }
  if (effort === undefined || models?.efforts.includes(effort)) return;
  const allowed =
    models === undefined || models.efforts.length === 0
      ? `a ${kind} agent takes none`
      : `one of ${models.efforts.join(', ')} for a ${kind} agent`;
  throw refused(`${named('effort')} ${JSON.stringify(effort)}: ${allowed}`);
}

function nameOf(text: string, option: string): string {
  const name = tidyAgentName(text);
  if (isAgentName(name)) return name;
  throw refused(`${option} ${JSON.stringify(text)}: ${NO_AGENT_NAME}`);
}

const refused = (what: string) => new OrchestratorError('ORC_USAGE', what);
