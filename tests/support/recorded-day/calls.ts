import type { AgentState, PendingCall } from '../../../core/domain/agent/agent-state.ts';
import type { Told } from '../../../core/domain/agent/events-of-step.ts';
import {
  callerOf,
  DECIDED_CALLS,
  notAllowed,
  refusedForAgent,
} from '../../../core/domain/call/decide-call.ts';
import { jobCaller, wishOf } from '../../../core/domain/job/decide-job-call.ts';
import { requestJob } from '../../../core/domain/job/request-job.ts';
import { findOwnProject, type ToolOutcome } from '../../../core/domain/project/decide-project.ts';
import type { World } from './world.ts';

const TIMEOUTS = { acceptMs: 60_000, totalMs: 300_000, heartbeatMs: 90_000, confirmMs: 120_000 };

/** Tools that somebody has declared; one asks a person first. */
const DECLARED: ReadonlySet<string> = new Set(['deploy', 'infra']);

/** What a call comes to, as a spawner with these tools decides it. */
export function outcomeOfCall(call: PendingCall, agent: AgentState, world: World): Told<'call'> {
  const outcome = decided(call, agent, world);
  return { effects: outcome.ok ? outcome.events : [], outcome };
}

function decided(call: PendingCall, agent: AgentState, world: World): ToolOutcome {
  const refused = refusedForAgent(call, agent);
  if (refused) return refused;
  const { system, date: now } = world;
  const caller = callerOf(agent);
  const own = DECIDED_CALLS[`${call.tool}.${call.verb}`];
  const isThere = own || call.tool === 'project' || DECLARED.has(call.tool);
  if (!isThere) {
    const message = `There is no tool ${call.tool} ${call.verb}`;
    return { ok: false, code: 'ORC_NO_SUCH_TOOL', message };
  }
  const forbidden = notAllowed(call, agent, undefined);
  if (forbidden) return forbidden;
  if (own) {
    const job = system.jobs.get(String(call.input.jobId));
    return own(call, caller, system, { now, maxProjects: 50, job });
  }
  if (call.tool === 'project') {
    const project = findOwnProject(call, caller, system.projects);
    return project.ok ? { ok: true, events: [], value: [{ subject: 'a commit' }] } : project;
  }
  const question = call.tool === 'infra' ? { question: 'May it?' } : {};
  const rules = { timeouts: TIMEOUTS, ...question };
  return requestJob(
    wishOf(call),
    jobCaller(call, caller),
    rules,
    system.jobs.values(),
    undefined,
    now,
  );
}
