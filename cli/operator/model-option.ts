import { kindOf } from '../../agents/agent-kinds.ts';
import { isModelName, NO_MODEL_NAME } from '../../schemas/agent-model.ts';
import { OrchestratorError } from '../../schemas/errors.ts';

/** Throws ORC_USAGE for a model or an effort that agents of this kind cannot be given. */
export function requireModel(
  kind: string,
  model: string | undefined,
  effort: string | undefined,
): void {
  const models = kindOf(kind)?.models;
  if (model !== undefined) {
    if (models === undefined) throw refused(`--model: a ${kind} agent has no model to choose`);
    if (!isModelName(model)) throw refused(`--model ${JSON.stringify(model)}: ${NO_MODEL_NAME}`);
  }
  if (effort === undefined || models?.efforts.includes(effort)) return;
  const allowed =
    models === undefined || models.efforts.length === 0
      ? `a ${kind} agent takes none`
      : `one of ${models.efforts.join(', ')} for a ${kind} agent`;
  throw refused(`--effort ${JSON.stringify(effort)}: ${allowed}`);
}

const refused = (what: string) => new OrchestratorError('ORC_USAGE', what);
