import type { Writable } from 'node:stream';

/** `[2026-01-04T15:30:45Z] TOOL_CALL: project.create agent_id=agent-…`, as the plan has it, and a line feed. */
export function toolCallLine(call: string, agentId: string, now: Date): string {
  const time = now.toISOString().replace(/\.\d+Z$/, 'Z');
  return `[${time}] TOOL_CALL: ${call} agent_id=${agentId}\n`;
}

/** Tells a call on stderr. */
export function logToolCall(stderr: Writable, call: string, agentId: string, now: Date): void {
  stderr.write(toolCallLine(call, agentId, now));
}
