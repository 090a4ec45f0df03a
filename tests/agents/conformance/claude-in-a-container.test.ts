import { CLAUDE } from './support/agent-kinds.ts';
import { holdsAgentInContainerTo } from './support/in-containers.ts';

await holdsAgentInContainerTo(CLAUDE);
