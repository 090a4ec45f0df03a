import { DEMO } from './support/agent-kinds.ts';
import { holdsAgentTo } from './support/conformance.ts';

holdsAgentTo(DEMO);
