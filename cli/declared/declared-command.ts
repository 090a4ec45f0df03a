import { Command, type CommandClass, Option } from 'clipanion';
import {
  type DeclaredOption,
  type DeclaredTool,
  declaredEntries,
  declaredPath,
  JOB_OPTIONS,
} from '../../schemas/declared-tool.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import { awaitJob } from '../agent/await-job.ts';
import { callAnyway } from '../agent/call-anyway.ts';
import { durationOption, jsonOption } from '../options.ts';

const [WAIT, KEY] = JOB_OPTIONS;

/** How long a call itself may take, whatever becomes of its job. */
const CALL_MS = 30_000;

/** A declared tool as a command: parsed, helped and called by its declaration alone. */
export function declaredCommand(tool: DeclaredTool, verb: string): CommandClass {
  const path = declaredPath(tool, verb);
  const entry = declaredEntries(tool)[tool.verbs.indexOf(verb)];
  return class DeclaredCommand extends Command {
    static override paths = [path];
    static override usage = Command.Usage({
      category: 'Declared tools',
      description: entry?.summary ?? tool.summary,
      examples: (entry?.examples ?? []).map(([what, line]): [string, string] => [
        what,
        `orchestrator ${line}`,
      ]),
    });

    json = jsonOption();
    wait = Option.Boolean(WAIT.flags, { description: WAIT.what });
    key = Option.String(KEY.flags, { description: KEY.what });
    timeout = Option.String('--timeout', '30m', {
      description: 'How long to wait for the end; 30m.',
    });
    readonly #values = new Map<DeclaredOption, unknown>();

    constructor() {
      super();
      for (const option of tool.options) {
        // Clipanion finds options among the fields of a command, and puts their values there.
        Object.assign(this, { [fieldOf(option)]: optionOf(option) });
      }
    }

    override async execute(): Promise<void> {
      for (const option of tool.options) {
        const value: unknown = Reflect.get(this, fieldOf(option));
        if (value !== undefined) this.#values.set(option, value);
      }
      const input = inputOf(tool, this.#values);
      const waits = this.wait ?? tool.wait;
      const timeoutMs = durationOption('--timeout', this.timeout);
      const data = { input, wait: waits, ...(this.key !== undefined && { key: this.key }) };
      const call = { tool: tool.name, verb, input: data, timeoutMs: CALL_MS };
      const job = await callAnyway(call, this.context);
      const id = String(Reflect.get(Object(job), 'id'));
      if (!waits) {
        this.context.stdout.write(this.json ? `${JSON.stringify(job)}\n` : `${id}\n`);
        return;
      }
      this.context.stderr.write(`Job ${id}\n`);
      const ended = await awaitJob(id, timeoutMs, this.context, tool.name);
      const result: unknown = Reflect.get(Object(ended), 'result');
      const isText = typeof result === 'string' && !this.json;
      this.context.stdout.write(
        `${isText ? result : JSON.stringify(this.json ? ended : result)}\n`,
      );
    }
  };
}

const fieldOf = ({ property }: DeclaredOption): string => `input:${property}`;

const optionOf = ({ flag, type, what }: DeclaredOption) =>
  type === 'boolean'
    ? Option.Boolean(flag, { description: what })
    : Option.String(flag, { description: what });

/** Throws ORC_USAGE that names everything that is missing or none of its kind. */
function inputOf(
  { options, name }: DeclaredTool,
  values: ReadonlyMap<DeclaredOption, unknown>,
): Record<string, unknown> {
  const problems: string[] = [];
  const input: Record<string, unknown> = {};
  for (const option of options) {
    const value = values.get(option);
    if (value === undefined) {
      if (option.required) problems.push(`${option.flag} is missing`);
    } else if (isNumeric(option)) {
      const number = Number(value);
      if (Number.isFinite(number) && value !== '') input[option.property] = number;
      else problems.push(`${option.flag} ${JSON.stringify(value)} is no number`);
    } else {
      input[option.property] = value;
    }
  }
  if (problems.length === 0) return input;
  throw new OrchestratorError('ORC_USAGE', `${name}: ${problems.join('; ')}`, {
    cure: `See \`orchestrator ${name} --help\`.`,
  });
}

const isNumeric = ({ type }: DeclaredOption): boolean => type === 'number' || type === 'integer';
