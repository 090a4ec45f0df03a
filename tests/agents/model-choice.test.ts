import test from 'ava';
import type { AgentOrder } from '../../agents/agent-factory.ts';
import { AGENT_KINDS } from '../../agents/agent-kinds.ts';
import { AgentLogins } from '../../agents/host/agent-logins.ts';
import { hostOrder } from '../../agents/host/host-order.ts';
import { looksLikeModel } from '../../agents/kind-models.ts';
import { readSettings } from '../../agents/load-settings.ts';
import { isModelName } from '../../schemas/agent-model.ts';

const ORDER: AgentOrder = {
  agentId: 'agent-0123456789ab',
  home: '/home/agent',
  workspace: '/home/agent/workspace',
  secrets: '/run/secrets',
};

/** What an agent's CLI gets: its command line and its files, as one text. */
async function given(
  kind: string,
  settings: Record<string, string>,
  order: Partial<AgentOrder> = {},
): Promise<string> {
  const read = readSettings({ ORCHESTRATOR_AGENT: kind, ...settings });
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const own = { CODEX_MODEL: 'older', GEMINI_MODEL: 'older' };
  const logins = new AgentLogins({ folder: '/nowhere', own });
  const found = AGENT_KINDS.find(({ name }) => name === kind);
  const factory = await found?.factory(read.settings, logins);
  const files = (await factory?.files?.({ ...ORDER, ...order })) ?? [];
  const host = files.find(({ path }) => path === 'host.json');
  const { command } = hostOrder.parse(JSON.parse(host?.content ?? ''));
  return [
    command.join(' '),
    ...files.filter((file) => file !== host).map(({ content }) => content),
  ].join('\n');
}

const HOW: Readonly<Record<string, (model: string) => string>> = {
  claude: (model) => `--model ${model}`,
  codex: (model) => `\nmodel = "${model}"`,
  droid: (model) => `-m ${model}`,
  gemini: (model) => `"model":{"name":"${model}"}`,
};

for (const [kind, how] of Object.entries(HOW)) {
  const name = `ORCHESTRATOR_${kind.toUpperCase()}_MODEL`;

  test(`${kind}: the model is that of its create, else of the settings, else of its CLI`, async (t) => {
    t.true((await given(kind, { [name]: 'mine' })).includes(how('mine')));
    const both = await given(kind, { [name]: 'mine' }, { model: 'asked' });
    t.true(both.includes(how('asked')) && !both.includes('mine'));
    t.false((await given(kind, {})).includes(how('mine')));
  });
}

test('how hard a model is to think is said to the CLIs that take it', async (t) => {
  const claude = { ORCHESTRATOR_CLAUDE_EFFORT: 'high' };
  t.regex(await given('claude', claude), /--effort high/);
  t.regex(await given('claude', claude, { effort: 'low' }), /--effort low/);
  t.regex(await given('codex', {}, { effort: 'low' }), /\nmodel_reasoning_effort = "low"\n/);
  t.regex(await given('droid', {}, { effort: 'low' }), /-r low/);
});

test('a wrong model or effort is refused with what is allowed', (t) => {
  const read = readSettings({
    ORCHESTRATOR_CLAUDE_MODEL: '--dangerous',
    ORCHESTRATOR_CODEX_EFFORT: 'utmost',
  });
  t.false(read.ok);
  if (read.ok) return;
  t.deepEqual(
    read.problems.map(({ setting, allowed }) => [setting, allowed]),
    [
      [
        'ORCHESTRATOR_CLAUDE_MODEL',
        'a model is 1 to 100 letters, digits or . _ : / @ + - [ ] and begins with a letter or digit',
      ],
      ['ORCHESTRATOR_CODEX_EFFORT', 'one of minimal, low, medium, high, xhigh'],
    ],
  );
});

test('models that are known to a kind look like models of it, and names of agents do not', (t) => {
  for (const { models } of AGENT_KINDS) {
    if (models === undefined) continue;
    for (const name of models.known) t.true(isModelName(name) && looksLikeModel(models, name));
    for (const name of ['shop', 'my shop', '', '-m']) t.false(looksLikeModel(models, name));
  }
});
