import { type ToolDeclaration, toolDeclaration } from '../../schemas/tool-declaration.ts';

/** A declared tool that runs a line of shell. */
export const shellTool = (
  name: string,
  script: string,
  own: Record<string, unknown> = {},
): ToolDeclaration =>
  toolDeclaration.parse({
    name,
    summary: `Runs ${name}.`,
    executor: { kind: 'command', command: ['bash', '-c', script] },
    ...own,
  });
