import type { Writable } from 'node:stream';

/** `[2026-01-04T15:30:45Z] TOOL_CALL: project.create agent_id=agent-…`, as the plan has it. */
export function logToolCall(stderr: Writable, call: string, agentId: string, now: Date): void {
  const time = now.toISOString().replace(/\.\d+Z$/, 'Z');
  stderr.write(`[${time}] TOOL_CALL: ${call} agent_id=${agentId}\n`);
}
