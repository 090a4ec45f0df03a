import type { AgentState } from './agent-state.ts';

/** Is there to be another run of it, after the end of this one? What comes for it waits until then. */
export const goesOn = ({ controls }: Pick<AgentState, 'controls'>): boolean =>
  controls.some(
    (control) => control.name === 'resume' || (control.name === 'rewind' && !control.files),
  );
