import test from 'ava';
import { model } from '../../bot/commands/new-agent.ts';
import type { BotContext, BotParts } from '../../bot/incoming/bot-context.ts';
import { parsePress } from '../../bot/text/button-data.ts';
import { english } from '../../bot/words/english.ts';
import { russian } from '../../bot/words/russian.ts';

/** What `/model <argument>` replies to a chat whose agent is of this kind. */
async function replied(kind: string, argument: string, words = english, chosen?: string) {
  const said: { text: string; buttons: string[] }[] = [];
  const made: unknown[] = [];
  const agent = { kind, ...(chosen !== undefined && { model: chosen }) };
  const parts = {
    log: { lastSequence: async () => 1 },
    views: { request: async (name: string) => (name === 'user' ? { agentId: 'a' } : { agent }) },
    kinds: new Map([[kind, { kind, ttlMs: 1, turnDeadlineMs: 1 }]]),
    agentClient: {
      createAnother: async (_person: unknown, wish: { kind: string; model?: string }) => {
        made.push(wish.model);
        return { name: wish.kind, sequence: 1 };
      },
    },
  };
  const incoming = {
    words,
    id: 'update-1',
    person: { channel: 'telegram', userId: '1' },
    reply: async (_name: string, text: string, buttons: readonly { data: string }[] = []) => {
      said.push({ text, buttons: buttons.map(({ data }) => data) });
    },
  };
  // All of a context and of the parts that the command looks at.
  await model({ incoming } as unknown as BotContext, parts as unknown as BotParts, argument);
  return { ...said[0], made };
}

test('/model tells the agent’s model, with a button for each that its kind is known to have', async (t) => {
  const { text, buttons = [] } = await replied('claude', '');
  t.regex(text ?? '', /Your agent’s model: \*\*the default of claude\*\*/);
  t.deepEqual(buttons.map(parsePress), [
    { kind: 'model', of: 'claude', model: 'opus' },
    { kind: 'model', of: 'claude', model: 'sonnet' },
    { kind: 'model', of: 'claude', model: 'haiku' },
  ]);
  t.regex((await replied('claude', '', russian, 'opus')).text ?? '', /\*\*opus\*\*/);
});

test('/model with a name starts an agent of the same kind with it', async (t) => {
  const { text, made } = await replied('claude', 'claude-opus-4-6');
  t.regex(text ?? '', /claude \(claude · claude-opus-4-6\) is starting/);
  t.deepEqual(made, ['claude-opus-4-6']);
});

test('/model refuses what is no model of the kind, and kinds that have none', async (t) => {
  t.regex(
    (await replied('claude', 'gpt-5.4')).text ?? '',
    /“gpt-5\.4” is no model .*: opus, sonnet/,
  );
  t.regex((await replied('demo', 'x', russian)).text ?? '', /модель не выбирается/);
  t.regex((await replied('codex', 'x', russian)).text ?? '', /не знаю такой модели/);
});
