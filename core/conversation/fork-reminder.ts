import type { ForkedFrom } from '../../schemas/events/command.ts';
import type { AgentProject } from '../../schemas/events/project.ts';

/**
 * The first message of a fork that has the session of the other agent: its memory is of somebody else's home and
 * branch, which it has to be told. It takes the place of the digest. Pure.
 */
export function forkReminder({
  forkedFrom,
  project,
}: {
  forkedFrom: ForkedFrom;
  project?: AgentProject | undefined;
}): string {
  const { agentId, turnId } = forkedFrom;
  const files =
    project?.from === undefined
      ? 'Your folder is empty: it has none of the files that were made then.'
      : 'Your files are those of that time, without what git ignores, in a clone and on a branch of your own.';
  return [
    `[The system: you are a fork of the agent ${agentId}. You remember what was said and done up to the end of its turn ${turnId}; nothing that came later is known to you.`,
    `From here on you are an agent of your own, in a home of your own. ${files}`,
    'Do nothing yet: answer in one line that you are ready, and wait for what the user says next.]',
  ].join('\n');
}
