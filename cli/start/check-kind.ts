import { kindOf } from '../../agents/agent-kinds.ts';
import { kindProblems } from '../../agents/kind-problems.ts';
import type { ChosenRuntime } from '../../platform/docker/choose-runtime.ts';
import { projectRoot } from '../../platform/files/project-root.ts';
import { agentSearchPath } from '../../platform/service/agent-search-path.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { Settings } from '../../schemas/settings.ts';

type Environment = Record<string, string | undefined>;

/** What the wanted kind of agent lacks where agents run. */
export async function wantedKindProblems(
  settings: Settings,
  environment: Environment,
  chosen: ChosenRuntime,
) {
  const kind = kindOf(settings.ORCHESTRATOR_AGENT);
  const searchPath = agentSearchPath(projectRoot(), environment.PATH);
  return kind === undefined
    ? []
    : kindProblems(kind, { settings, environment, chosen, searchPath });
}

/** Refuses a start without the CLI of the wanted kind (ORC_AGENT_CLI); says what else is missing. */
export async function requireKind(
  settings: Settings,
  environment: Environment,
  chosen: ChosenRuntime,
  say: (line: string) => void,
): Promise<void> {
  for (const { what, cure, blocks } of await wantedKindProblems(settings, environment, chosen)) {
    if (blocks) throw new OrchestratorError('ORC_AGENT_CLI', what, { cure: `${capital(cure)}.` });
    say(`${what}: ${cure}.`);
  }
}

const capital = (text: string): string => text.replace(/^[a-z]/, (letter) => letter.toUpperCase());
