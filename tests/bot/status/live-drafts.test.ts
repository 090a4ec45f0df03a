import test, { type ExecutionContext } from 'ava';
import { pino } from 'pino';
import { Pace } from '../../../bot/delivery/pace.ts';
import { draftIdOf } from '../../../bot/status/draft-id.ts';
import { LiveChats } from '../../../bot/status/live-chats.ts';
import { LiveDrafts } from '../../../bot/status/live-drafts.ts';
import { telegramClient } from '../../../bot/telegram/telegram-client.ts';
import { startTelegram, TOKEN } from '../../support/telegram/telegram-server.ts';

const quiet = pino({ level: 'silent' });
const ANN = { chatId: '1' };

async function fixture(t: ExecutionContext) {
  const telegram = await startTelegram(t);
  const { api } = telegramClient(TOKEN, { TELEGRAM_API_ROOT: telegram.root }).bot;
  const elsewhere = new LiveChats({ api, pace: new Pace(), logger: quiet });
  const drafts = new LiveDrafts({
    api,
    elsewhere,
    logger: quiet,
    repeatEveryMs: 20,
    editEveryMs: 1,
  });
  t.teardown(() => drafts.stop());
  return { telegram, api: telegram.api, drafts };
}

test('a draft is shown again before it is gone, until its turn is over', async (t) => {
  const { telegram, api, drafts } = await fixture(t);
  const shown: NonNullable<typeof api.drafts> = [];
  api.drafts = shown;
  drafts.working(ANN, 'turn-1');
  await telegram.until(() => shown.length >= 3, 'the same draft again');
  t.true(shown.every(({ text, draftId }) => text === '' && draftId === draftIdOf('turn-1')));
  drafts.progress(ANN, 'half of it');
  await telegram.until(() => shown.at(-1)?.text === 'half of it', 'the progress');
  drafts.done(ANN, 'turn-1');
  drafts.working({ chatId: '2' }, 'turn-2');
  const last = shown.length;
  await telegram.until(() => shown.length >= last + 3, 'the other chat’s');
  // One may have been on its way.
  t.true(shown.slice(last + 1).every(({ chatId }) => chatId === 2));
  drafts.restored(ANN, 'turn-1', 'it goes on');
  await telegram.until(() => shown.length >= last + 5, 'more of the other chat’s');
  t.false(
    shown.some(({ text }) => text === 'it goes on'),
    'that turn has ended',
  );
});

test('a chat without drafts has a message, from the first turn on', async (t) => {
  const { telegram, api, drafts } = await fixture(t);
  drafts.working(ANN, 'turn-1');
  drafts.progress(ANN, 'half of it');
  await telegram.until(() => api.texts(1).includes('⏳ half of it'), 'a message');
  drafts.done(ANN, 'turn-1');
  await telegram.until(() => api.chat(1).length === 0, 'it to go');
  drafts.working(ANN, 'turn-2');
  drafts.progress(ANN, 'all of it');
  await telegram.until(() => api.texts(1).includes('⏳ all of it'), 'another message');
  t.is(api.calls.filter(({ method }) => method === 'sendMessageDraft').length, 1);
});

test('the number of a draft is one that Telegram takes, and of its turn alone', (t) => {
  const ids = Array.from({ length: 100 }, (_, index) => draftIdOf(`turn-${index}`));
  t.true(ids.every((id) => Number.isInteger(id) && id > 0 && id < 2 ** 31));
  t.is(new Set(ids).size, 100);
  t.deepEqual(ids.slice(7, 8), [draftIdOf('turn-7')], 'the same each time');
});
