import { z } from 'zod';
import { isModelName, NO_MODEL_NAME } from '../schemas/agent-model.ts';

/** What a kind whose model can be chosen says of its models. */
export interface KindModels {
  /** Some of them, for people to choose from; its CLI takes others, too. */
  readonly known: readonly string[];
  /** How names of its models begin: by that `/new codex gpt-5.4` tells one from a name of an agent. */
  readonly begin: RegExp;
  /** How hard they may be told to think; none where its CLI takes no such thing. */
  readonly efforts: readonly string[];
}

/** `ORCHESTRATOR_<KIND>_MODEL` and, where its models take one, `ORCHESTRATOR_<KIND>_EFFORT`. */
export function modelSettings(kind: string, { efforts }: KindModels): Record<string, z.ZodType> {
  const { model, effort } = modelSettingNames(kind);
  const allowed = `one of ${efforts.join(', ')}`;
  return {
    [model]: z
      .string()
      .refine(isModelName, NO_MODEL_NAME)
      .optional()
      .describe(
        `The model of a \`${kind}\` agent, where its \`create\` names none. Unset: its CLI’s.`,
      ),
    ...(efforts.length > 0 && {
      [effort]: z
        .string()
        .refine((text) => efforts.includes(text), allowed)
        .optional()
        .describe(
          `How hard the model of a \`${kind}\` agent is to think: ${allowed}. Unset: as its CLI has it.`,
        ),
    }),
  };
}

export const modelSettingNames = (kind: string) => ({
  model: `ORCHESTRATOR_${kind.toUpperCase()}_MODEL`,
  effort: `ORCHESTRATOR_${kind.toUpperCase()}_EFFORT`,
});

/** Is this word the name of a model of such a kind, rather than of an agent? */
export const looksLikeModel = ({ known, begin }: KindModels, word: string): boolean =>
  isModelName(word) && (known.includes(word) || begin.test(word));
