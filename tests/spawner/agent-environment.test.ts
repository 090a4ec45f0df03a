import test from 'ava';
import { lineAgentFactory } from '../../agents/line/line-agent-factory.ts';
import { AgentEnvironment } from '../../spawner/agent-environment.ts';
import { Script } from '../support/rare-log/script.ts';

const PLACES = { home: '/home', secrets: '/secrets', searchPath: '/bin' };

async function instructions(apiUrl: string | undefined): Promise<string> {
  const environment = new AgentEnvironment({
    natsUrl: 'nats://127.0.0.1:4222',
    apiUrl,
    mintCredentials: undefined,
    allowedTools: ['respond'],
    tools: [],
    maxMessage: 1_000,
    own: {},
  });
  const script = new Script();
  const agent = script.live(script.ready());
  const factory = lineAgentFactory({ framing: 'line', endOfTurn: 'response' });
  const [file] = await environment.files(agent, factory, PLACES);
  return String(file?.content);
}

test('an agent is told of its own history where it can ask for that', async (t) => {
  const told = /orchestrator history --mine --grep/;
  t.regex(await instructions('http://127.0.0.1:8080'), told);
  t.notRegex(await instructions(undefined), told);
});
