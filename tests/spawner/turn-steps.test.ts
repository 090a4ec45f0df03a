import test from 'ava';
import type { AgentState, Turn } from '../../core/domain/agent/agent-state.ts';
import type { OwnAgent } from '../../spawner/steps/own-agent.ts';
import { TurnSteps } from '../../spawner/steps/turn-steps.ts';

/** Only which state it is counts here, not what is in it. */
const folded = (): AgentState => ({ phase: 'unknown' }) as AgentState;

test('what is folded while the login of an ended turn is kept is decided on first, once a turn', async (t) => {
  let looks = 0;
  const agent = {
    state: folded(),
    keepLogin: async () => {
      looks += 1;
      // An answer came, or another spawner has it by now.
      agent.state = folded();
    },
  };
  // Of an agent the end of a turn needs no more than this.
  const { effects } = new TurnSteps(agent as unknown as OwnAgent);
  const end = (turnId: string) =>
    effects['end-turn']({ do: 'end-turn', turn: { turnId } as Turn }, agent.state);

  t.is(await end('turn-1'), undefined, 'not stated on what was known before');
  t.is(await end('turn-1'), true, 'an agent that talks fast cannot put its end off');
  t.is(looks, 1);
  t.is(await end('turn-2'), undefined);
  t.is(looks, 2);
});
