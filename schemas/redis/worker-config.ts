import { pythonRepr, pythonType } from './python-repr.ts';

/** What the older `create` says of an agent, as far as it is acted on here. */
export interface WorkerConfig {
  name: string;
  agent: string;
  allowedTools: string[];
  ttlHours: number;
  /** Absent where the client left it to the system. */
  timeoutMinutes: number | undefined;
}

type WorkerConfigResult = { ok: true; config: WorkerConfig } | { ok: false; error: string };

interface Problem {
  path: string;
  message: string;
  type: string;
  input: unknown;
}

type Check = (value: unknown, path: string) => Problem[];

const CAPABILITIES = ['git', 'curl', 'node', 'python', 'docker'];

const string: Check = (input, path) =>
  typeof input === 'string'
    ? []
    : [{ path, message: 'Input should be a valid string', type: 'string_type', input }];

const capability: Check = (input, path) => {
  if (typeof input === 'string' && CAPABILITIES.includes(input)) return [];
  const names = CAPABILITIES.map((name) => `'${name}'`);
  const message = `Input should be ${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
  return [{ path, message, type: 'enum', input }];
};

const listOf =
  (item: Check): Check =>
  (input, path) =>
    Array.isArray(input)
      ? input.flatMap((each, index) => item(each, `${path}.${index}`))
      : [{ path, message: 'Input should be a valid list', type: 'list_type', input }];

const strings: Check = (input, path) =>
  pythonType(input) === 'dict'
    ? Object.entries(input as object).flatMap(([name, value]) => string(value, `${path}.${name}`))
    : [{ path, message: 'Input should be a valid dictionary', type: 'dict_type', input }];

const integer: Check = (input, path) => {
  if (Number.isInteger(input) || typeof input === 'boolean') return [];
  if (typeof input === 'number') {
    const message = 'Input should be a valid integer, got a number with a fractional part';
    return [{ path, message, type: 'int_from_float', input }];
  }
  if (typeof input !== 'string') {
    return [{ path, message: 'Input should be a valid integer', type: 'int_type', input }];
  }
  if (/^\s*[+-]?\d+(\.0+)?\s*$/.test(input)) return [];
  const message = 'Input should be a valid integer, unable to parse string as an integer';
  return [{ path, message, type: 'int_parsing', input }];
};

const BOOLEANS = /^(true|false|yes|no|on|off|t|f|y|n|1|0)$/i;

const boolean: Check = (input, path) => {
  if (typeof input === 'boolean' || input === 0 || input === 1) return [];
  if (typeof input !== 'string' && typeof input !== 'number') {
    return [{ path, message: 'Input should be a valid boolean', type: 'bool_type', input }];
  }
  if (typeof input === 'string' && BOOLEANS.test(input)) return [];
  const message = 'Input should be a valid boolean, unable to interpret input';
  return [{ path, message, type: 'bool_parsing', input }];
};

/** In the order of the older model, which is the order of its error text. */
const FIELDS: readonly { name: string; required?: true; check: Check }[] = [
  { name: 'name', required: true, check: string },
  { name: 'agent', required: true, check: string },
  { name: 'capabilities', check: listOf(capability) },
  { name: 'allowed_tools', required: true, check: listOf(string) },
  { name: 'env_vars', check: strings },
  { name: 'has_internet', check: boolean },
  { name: 'ttl_hours', check: integer },
  { name: 'timeout_minutes', check: integer },
  { name: 'mount_session_volume', check: boolean },
];

/** Validates as the older service did, with its error text (pydantic 2). */
export function parseWorkerConfig(config: Readonly<Record<string, unknown>>): WorkerConfigResult {
  const problems = FIELDS.flatMap(({ name, required, check }): Problem[] => {
    const value = config[name];
    if (value !== undefined) return check(value, name);
    if (!required) return [];
    return [{ path: name, message: 'Field required', type: 'missing', input: config }];
  });
  if (problems.length > 0) return { ok: false, error: errorText(problems) };
  const { name, agent, allowed_tools, ttl_hours, timeout_minutes } = config;
  return {
    ok: true,
    config: {
      // Each was checked just above.
      name: name as string,
      agent: agent as string,
      allowedTools: allowed_tools as string[],
      ttlHours: ttl_hours === undefined ? 2 : Number(ttl_hours),
      timeoutMinutes: timeout_minutes === undefined ? undefined : Number(timeout_minutes),
    },
  };
}

function errorText(problems: readonly Problem[]): string {
  const count = `${problems.length} validation error${problems.length === 1 ? '' : 's'}`;
  const lines = problems.flatMap(({ path, message, type, input }) => [
    path,
    `  ${message} [type=${type}, input_value=${shortened(pythonRepr(input))}, input_type=${pythonType(input)}]`,
    `    For further information visit https://errors.pydantic.dev/2.13/v/${type}`,
  ]);
  return [`${count} for WorkerConfig`, ...lines].join('\n');
}

/** Shortens a value of more than 50 characters in pydantic's way. */
function shortened(repr: string): string {
  const chars = [...repr];
  if (chars.length <= 50) return repr;
  return `${chars.slice(0, 25).join('')}...${chars.slice(-24).join('')}`;
}
