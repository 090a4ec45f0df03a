import type { CommandEntry } from './command-table.ts';

/** One value that a declared tool takes, as it is typed. */
export interface DeclaredOption {
  /** Its name in the input. */
  property: string;
  /** `--project-id`. */
  flag: string;
  type: 'string' | 'number' | 'integer' | 'boolean';
  what: string;
  required: boolean;
  choices?: readonly string[];
}

/** A tool that an operator has declared, as far as command lines, instructions and help know it. */
export interface DeclaredTool {
  name: string;
  /** With `run` alone, none is typed. */
  verbs: readonly string[];
  summary: string;
  options: readonly DeclaredOption[];
  /** A call waits for the end of its job. */
  wait: boolean;
  /** The user is asked first. */
  asks: boolean;
}

/** A call of one as it is typed: `deploy`, or `db migrate`. */
export const declaredPath = ({ name, verbs }: DeclaredTool, verb: string): string[] =>
  verbs.length === 1 && verb === 'run' ? [name] : [name, verb];

/** As entries of the command table have it: for help and the agents' instructions. */
export const declaredEntries = (tool: DeclaredTool): CommandEntry[] =>
  tool.verbs.map((verb) => {
    const path = declaredPath(tool, verb);
    const values = tool.options.filter(({ required }) => required);
    const example = [...path, ...values.map(({ flag, type }) => `${flag}${exampleOf(type)}`)];
    return {
      path,
      audience: 'agent',
      summary: `${tool.summary}${tool.asks ? ' Your user is asked first.' : ''}`,
      options: [
        ...tool.options.map(({ flag, type, what, choices }) => ({
          flags: flag,
          ...(type !== 'boolean' && { value: type === 'string' ? 'text' : 'number' }),
          what: choices ? `${what} One of ${choices.join(', ')}.` : what,
        })),
        ...JOB_OPTIONS,
      ],
      examples: [
        [tool.wait ? 'Wait for its end' : 'Start it', example.join(' ')],
        tool.wait
          ? ['Be told when it has ended', [...example, '--no-wait'].join(' ')]
          : ['Wait for its end', [...example, '--wait'].join(' ')],
      ],
    };
  });

const exampleOf = (type: DeclaredOption['type']): string =>
  type === 'boolean' ? '' : type === 'string' ? ' "…"' : ' 1';

/** What every call of a job takes beside its input. */
export const JOB_OPTIONS = [
  {
    flags: '--wait',
    what: 'Wait for the end and print the result (--no-wait: print the job’s id).',
  },
  {
    flags: '--key',
    value: 'key',
    what: 'Your name for this job: calling again with it is the same job, for ever.',
  },
] as const;
