import type { AgentTraits } from '../../../core/domain/agent/agent-traits.ts';
import { mutedEvents } from '../../../core/domain/agent/run/quota-events.ts';
import type { Outside, Script } from './script.ts';

const SIGNAL: AgentTraits = { whileBusy: 'join', endOfTurn: 'signal', lastWords: true };
const BY_SIGNAL: Outside = { traits: SIGNAL };
const PROJECT = { project: { id: 'proj_000000000001', name: 'shop' } };

/** An agent whose turn has begun, and whose first message was written. */
function inTurn(script: Script, outside: Outside = {}, data: object = {}): string {
  const agentId = script.ready(data);
  script.send(agentId);
  script.settle(agentId, outside);
  return agentId;
}

/** Turns that end as few do. */
export function endsOfTurns(script: Script): void {
  for (const code of ['ORC_MODEL_BUSY', 'ORC_NO_SUCH_CODE', 'toString']) {
    const agentId = inTurn(script, BY_SIGNAL);
    script.say(agentId, 'turn.signalled', { problem: { code, detail: 'so it said' } });
    script.settle(agentId, BY_SIGNAL);
  }
  const silent = inTurn(script, BY_SIGNAL);
  script.say(silent, 'turn.signalled', { lastMessage: 'I have done it.' });
  script.settle(silent, BY_SIGNAL);
  script.say(silent, 'turn.signalled', {});
  script.settle(silent, BY_SIGNAL);

  const interrupted = script.ready();
  script.send(interrupted);
  script.step(interrupted);
  script.command(interrupted, 'command.interrupt', {});
  script.settle(interrupted);

  const overdue = script.ready();
  script.send(overdue);
  script.step(overdue);
  script.world.pass(61_000);
  script.settle(overdue);

  const unheard = script.ready();
  script.send(unheard);
  script.step(unheard);
  const excess = { reason: 'too many messages', cure: 'Ask.' };
  script.outside(unheard, (state, context) => mutedEvents(state, excess, context));
  script.settle(unheard);

  const refused = script.ready();
  script.send(refused);
  script.step(refused);
  script.step(refused, { told: { deliver: { refused: 'files/x.png is too large' } } });
}

/** Messages that interrupt, and that come with what they began with. */
export function interrupts(script: Script): void {
  const agentId = inTurn(script, BY_SIGNAL);
  // That it is reminded tells how it behaves.
  script.say(agentId, 'turn.signalled', {});
  script.settle(agentId, BY_SIGNAL);
  const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  script.send(agentId, { mode: 'interrupt' }, { correlationId: 'wish-1', traceparent });
  script.step(agentId, BY_SIGNAL);
  script.send(agentId, { mode: 'interrupt' });
  stayBusy(script);
  script.say(agentId, 'turn.signalled', {});
  script.settle(agentId, BY_SIGNAL);
  script.say(agentId, 'response.answer', { text: 'Done.' });
  script.say(agentId, 'turn.signalled', {});
  script.settle(agentId, BY_SIGNAL);

  const broken = inTurn(script, BY_SIGNAL);
  script.command(broken, 'command.interrupt', {});
  script.step(broken, BY_SIGNAL);
  script.say(broken, 'turn.signalled', { problem: { code: 'ORC_MODEL_ERROR', detail: 'cut' } });
  script.settle(broken, BY_SIGNAL);
}

/** Its owner has other things to do for as long as it would have been late. */
export function stayBusy(script: Script): void {
  const other = script.ready();
  for (let n = 0; n < 12; n += 1) {
    script.world.pass(4_000);
    script.command(other, 'command.extend', { ttlMs: 3_600_000 });
    script.settle(other);
  }
}

/** Questions whose asker waits. */
export function questions(script: Script): void {
  const late = inTurn(script);
  const asked = script.say(late, 'response.question', { text: 'May I?', waitMs: 20_000 });
  script.step(late, { isAwaited: () => false });
  script.send(late, { answers: asked });
  script.settle(late);
  script.send(late, { answers: asked });
  script.settle(late);

  const outside = script.ready();
  const early = script.say(outside, 'response.question', { text: 'Now?', waitMs: 20_000 });
  script.step(outside, { isAwaited: () => false });
  script.send(outside, { answers: early }, { correlationId: 'wish-2' });
  script.settle(outside);
  script.say(outside, 'response.answer', { text: 'Yes.' });
  script.settle(outside);

  const patient = inTurn(script);
  script.world.pass(30_000);
  script.say(patient, 'response.question', { text: 'Still there?', waitMs: 100_000 });
  script.step(patient, { isAwaited: () => false });
  script.world.pass(35_000);
  stayBusy(script);
  script.world.pass(60_000);
  script.settle(patient);
  script.world.pass(62_000);
  script.settle(patient);
}

/** What a project keeps of turns, and takes back. */
export function snapshots(script: Script): void {
  const agentId = inTurn(script, {}, PROJECT);
  script.command(agentId, 'command.undo', {});
  script.settle(agentId);
  for (let n = 0; n < 3; n += 1) {
    script.say(agentId, 'response.answer', { text: 'Done.' });
    script.settle(agentId);
    script.send(agentId);
    script.settle(agentId);
  }
  script.say(agentId, 'response.answer', { text: 'Done.' });
  script.step(agentId);
  script.step(agentId, { told: { snapshot: { failed: 'git is away' } } });
  script.command(agentId, 'command.undo', {});
  script.settle(agentId);
  script.command(agentId, 'command.undo', {});
  script.settle(agentId, { told: { undo: { refused: 'ORC_NO_CHANGES', detail: 'none' } } });

  const none = script.ready();
  script.command(none, 'command.undo', {});
  script.settle(none);
}
