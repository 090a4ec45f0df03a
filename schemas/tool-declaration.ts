import { z } from 'zod';
import { COMMAND_TABLE } from './command-table.ts';
import type { DeclaredOption, DeclaredTool } from './declared-tool.ts';
import { parseDuration } from './durations.ts';
import { isToken } from './ids.ts';
import { isVisible, NOT_VISIBLE } from './visible-text.ts';

const duration = z.string().transform((text, context) => {
  const ms = parseDuration(text);
  if (ms !== undefined) return ms;
  context.addIssue({ code: 'custom', message: 'a duration such as 90s, 30m or 2h' });
  return z.NEVER;
});

const NAME = 'a name of 1 to 32 lower-case letters, digits and dashes, beginning with a letter';
const name = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, NAME);
const line = z.string().min(1).max(200).refine(isVisible, NOT_VISIBLE);
const person = z
  .string()
  .refine(
    (text) => text.split('/').length === 2 && text.split('/').every(isToken),
    '<channel>/<user id>',
  );
const variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of a variable');

/** One property of the input: what can be typed behind an option. */
const property = z.strictObject({
  type: z.enum(['string', 'number', 'integer', 'boolean']).default('string'),
  description: line.optional(),
  enum: z.array(z.string()).min(1).optional(),
  default: z.union([z.string(), z.number(), z.boolean()]).optional(),
  minLength: z.int().nonnegative().optional(),
  maxLength: z.int().positive().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  pattern: z.string().optional(),
});

/** A JSON Schema of an object with plain properties. */
const input = z
  .strictObject({
    type: z.literal('object').default('object'),
    properties: z.record(z.string().regex(/^[a-z][A-Za-z0-9_]{0,31}$/), property).default({}),
    required: z.array(z.string()).default([]),
  })
  .refine(
    ({ properties, required }) => required.every((each) => Object.hasOwn(properties, each)),
    'required names a property that there is not',
  );

/** A program of the spawner's machine. */
const commandExecutor = z.strictObject({
  kind: z.literal('command'),
  /** Program and arguments; a relative path is below the folder of the declarations. */
  command: z.tuple([z.string().min(1)], z.string()),
  /** Variables of the spawner's environment that it gets: secrets by reference. */
  environment: z.array(variable).default([]),
  /**
   * It runs in a clean checkout of a project (its input's `projectId`, else the one that its agent works in)
   * at one commit (`commit`: an id or a branch, else the project's own branch), and a relative path is below that.
   */
  checkout: z.boolean().default(false),
  /** It runs in a container of its own, of this image; of ORCHESTRATOR_WORKER_IMAGE without one. */
  container: z.strictObject({ image: z.string().min(1).optional() }).optional(),
});

/** A script (its input's `task`) on a server (`serverId`) of `servers.json`, over ssh. */
const sshExecutor = z.strictObject({ kind: z.literal('ssh') });

/** A new agent gets its input's `task`, in a clone of a project (`projectId`, else that of the agent that calls). */
const agentExecutor = z.strictObject({
  kind: z.literal('agent'),
  /** Its kind, where the input's `kind` names none; ORCHESTRATOR_AGENT without. */
  agent: name.optional(),
});

/** A service that is asked over HTTP. */
const httpExecutor = z.strictObject({
  kind: z.literal('http'),
  url: z.url({ protocol: /^https?$/, error: 'a URL, http or https' }),
  /** Variable of the spawner's environment with the key that requests are signed by. */
  secret: variable.optional(),
  /** How often a service that works on it, and has said where, is asked how far it is. */
  poll: duration.prefault('2s'),
  /**
   * Where the service reaches the HTTP API of this system. With it each job comes with an address below that
   * and a token of its own, derived from `secret`, by which the service says what becomes of it.
   */
  callback: z.url({ protocol: /^https?$/, error: 'a URL, http or https' }).optional(),
});
export type HttpExecutorOptions = z.infer<typeof httpExecutor>;

/** Workers of the operator's, programs in any language: each takes orders out of a queue of NATS. */
const natsExecutor = z.strictObject({
  kind: z.literal('nats'),
  /** An order is a worker's for so long after its last sign of life (`+WPI`); then it is over. */
  lease: duration.prefault('30s'),
  /** How often an order whose worker was lost is given to another one; 0: its job is interrupted. */
  retries: z.int().min(0).max(10).default(0),
});
export type NatsExecutorOptions = z.infer<typeof natsExecutor>;

/** What each kind of executor takes of its input, and what of that has to be there. */
const TAKES: Readonly<Record<string, { of: readonly string[]; required: readonly string[] }>> = {
  command: { of: [], required: [] },
  checkout: { of: ['projectId'], required: [] },
  ssh: { of: ['task', 'serverId'], required: ['task', 'serverId'] },
  agent: { of: ['task', 'projectId'], required: ['task'] },
};

const timeouts = z
  .strictObject({
    accept: duration.prefault('1h'),
    heartbeat: duration.optional(),
    total: duration.prefault('24h'),
    confirm: duration.prefault('24h'),
  })
  .prefault({});

/** One file of `tools/`: a tool that an operator declares. */
export const toolDeclaration = z
  .strictObject({
    name,
    verbs: z.array(name).min(1).default(['run']),
    summary: line,
    input: input.prefault({}),
    executor: z.discriminatedUnion('kind', [
      commandExecutor,
      sshExecutor,
      agentExecutor,
      httpExecutor,
      natsExecutor,
    ]),
    /** `ask`: its agent's user is asked before it runs. */
    confirm: z.enum(['ask', 'never']).default('never'),
    /** Whether a call waits for the end, where the caller does not say. */
    wait: z.boolean().default(true),
    /** Whose agents may use it, `<channel>/<user id>`; everybody's without. */
    users: z.array(person).min(1).optional(),
    /** How many of its jobs run at a time on one node; of one with workers, everywhere together. */
    parallel: z.int().min(1).max(100).default(4),
    timeouts,
  })
  .refine(({ name: own }) => !TAKEN.has(own), {
    path: ['name'],
    error: 'the name of a command of orchestrator itself',
  })
  .superRefine(({ executor, input: { properties, required } }, context) => {
    if (executor.kind === 'command' && executor.container && !executor.checkout) {
      const [program] = executor.command;
      if (program.includes('/') && !program.startsWith('/')) {
        const message = 'in a container it is an absolute path, a name, or of a checkout';
        context.addIssue({ code: 'custom', path: ['executor', 'command'], message });
      }
    }
    if (executor.kind === 'http' && executor.callback !== undefined && !executor.secret) {
      const message = 'a callback wants a secret: its tokens are derived from that';
      context.addIssue({ code: 'custom', path: ['executor', 'secret'], message });
    }
    const isCheckout = executor.kind === 'command' && executor.checkout;
    const takes = TAKES[isCheckout ? 'checkout' : executor.kind];
    for (const each of takes?.of ?? []) {
      if (properties[each]?.type === 'string') continue;
      const message = `its executor needs a property ${each}, a string`;
      context.addIssue({ code: 'custom', path: ['input', 'properties'], message });
    }
    for (const each of takes?.required ?? []) {
      if (required.includes(each)) continue;
      const message = `its executor needs ${each}`;
      context.addIssue({ code: 'custom', path: ['input', 'required'], message });
    }
  });
export type ToolDeclaration = z.infer<typeof toolDeclaration>;

/** What is a command already, the first of a command of two words, and the tools behind these. */
const TAKEN: ReadonlySet<string> = new Set([...COMMAND_TABLE.map(({ path }) => path[0]), 'help']);

/** What validates the input of a tool: nothing but what is declared. Throws where zod knows no such schema. */
export function inputValidator({ input: schema }: Pick<ToolDeclaration, 'input'>): z.ZodType {
  // Without what is undefined it is JSON, and a JSON Schema by the schema above.
  const json = JSON.parse(JSON.stringify({ ...schema, additionalProperties: false }));
  return z.fromJSONSchema(json);
}

/** What a command line needs to know of a tool; without zod there. */
export function declaredTool(declaration: ToolDeclaration): DeclaredTool {
  const { name: own, verbs, summary, input: schema, wait, confirm } = declaration;
  const options = Object.entries(schema.properties).map(
    ([key, { type, description, enum: choices }]): DeclaredOption => ({
      property: key,
      flag: flagOf(key),
      type,
      what: description ?? `${key}.`,
      required: schema.required.includes(key),
      ...(choices && { choices }),
    }),
  );
  return { name: own, verbs, summary, options, wait, asks: confirm === 'ask' };
}

/** `projectId` and `project_id` are typed as `--project-id`. */
const flagOf = (key: string): string =>
  `--${key.replaceAll('_', '-').replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
