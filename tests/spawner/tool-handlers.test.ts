import test from 'ava';
import type { PendingCall } from '../../core/domain/agent/agent-state.ts';
import { initialSystem } from '../../core/domain/system-state.ts';
import { callTool } from '../../spawner/tool-handlers.ts';
import { OWNER, READY } from '../support/agent-events.ts';
import { AGENT, CONTEXT, evolved } from '../support/decider.ts';

test('A2: a result that no message holds is known before the broker is asked to take it', async (t) => {
  const system = initialSystem();
  for (let n = 0; n < 100; n += 1) {
    const project = { name: 'n'.repeat(100), agentId: AGENT, owner: OWNER };
    const createdAt = CONTEXT.now.toISOString();
    system.projects.set(`proj_${n}`, { id: `proj_${n}`, ...project, createdAt });
  }
  const list = (limit: number) => {
    const call: PendingCall = {
      callId: 'call-1',
      sequence: 1,
      tool: 'project',
      verb: 'list',
      input: { limit },
    };
    const bounds = { maxProjects: 1_000, maxBytes: 16 * 1024 };
    const none = { allowedTools: undefined, tools: [], job: undefined };
    const context = { now: CONTEXT.now, ...none, ...bounds };
    return callTool(call, evolved(READY), system, context);
  };
  t.like(await list(100), { ok: false, code: 'ORC_TOO_LARGE' });
  const page = await list(10);
  t.is(page.ok && Array.isArray(page.value) ? page.value.length : 0, 10);
});
