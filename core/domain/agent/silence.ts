/** Why an agent's word counts for nobody. */
export type Silence = 'unknown' | 'ended';

/** The same in words. */
export const silenceReason = (agentId: string, silence: Silence): string =>
  silence === 'unknown'
    ? `there is no agent ${agentId}, so it says nothing`
    : `${agentId} had ended before it said this`;
