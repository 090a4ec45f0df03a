import { type JsonObject, list, type OfferedTool, object, string } from './model-request.ts';

const SHELL_TOOL = /^(bash|shell|exec_command|shell_command|run_shell_command|execute)$/i;
/** Of OpenClaw; in others that have one of the above too, it is something else. */
const OTHER_SHELL_TOOL = 'exec';

/** How Codex's model asks to leave the sandbox. */
const UNSANDBOXED = { sandbox_permissions: 'require_escalated', justification: 'a test' };

/** The call of the CLI's shell tool, whatever it is called and wants; undefined where it has none. */
export function shellCall(
  tools: readonly OfferedTool[],
  command: string,
  unsandboxed = false,
): { tool: string; input: JsonObject } | undefined {
  const tool =
    tools.find(({ name }) => SHELL_TOOL.test(name)) ??
    tools.find(({ name }) => name === OTHER_SHELL_TOOL);
  if (tool === undefined) return undefined;
  const properties = object(tool.schema.properties);
  const named = 'cmd' in properties ? 'cmd' : 'command';
  const required = list(tool.schema.required).map(string);
  const others = required.filter((name) => name !== named);
  const filled = others.map((name) => [name, anyValue(object(properties[name]))]);
  const input = { ...Object.fromEntries(filled), [named]: command };
  return { tool: tool.name, input: unsandboxed ? { ...input, ...UNSANDBOXED } : input };
}

/** A value that a schema accepts, for what a CLI wants beside the command. */
function anyValue(schema: JsonObject): unknown {
  const [choice] = list(schema.enum);
  if (choice !== undefined) return choice;
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  switch (type) {
    case 'boolean':
      return false;
    case 'number':
    case 'integer':
      return 60;
    case 'array':
      return [];
    case 'object':
      return {};
    default:
      return 'a test';
  }
}
