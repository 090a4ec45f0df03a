import { derivedId } from '../../../schemas/ids.ts';

/** The agent that does a job of the `agent` executor: the same for ever. */
export const orderedAgentId = (jobId: string): string => derivedId('agent-', 'job', jobId);
