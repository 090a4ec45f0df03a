import type { HandlersOf } from '../api-context.ts';

export const mcpHandlers: HandlersOf<'mcp'> = { mcp: (call, { mcp }) => mcp.answer(call) };
