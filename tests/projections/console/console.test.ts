import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import test from 'ava';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import { verifyReceipt } from '../../../docs/verify-receipt.mjs';
import type { Receipt } from '../../../schemas/receipt.ts';
import { findChromium } from '../../support/chromium.ts';
import { history, ofType, untilEvent } from '../../support/history.ts';
import { type ConsoleServer, startConsoleServer } from './support/console-server.ts';
import { ToldLog } from './support/told-log.ts';

const program = await findChromium();
const inBrowser = program === undefined ? test.skip : test;

const AGENT = 'agent-0123456789ab';
const BUSY = 'agent-0123456789ac';
const LONG = 'agent-0123456789ad';

/** Whoever may write something writes this; the last part would break out of any attribute. */
const EVIL = `<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>"'><svg onload="hacked=1">\u202e`;

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** How long the page takes from a press of `Newest` until that is drawn, milliseconds, without what a test adds. */
const DRAWN = `(async () => {
  const newest = [...document.querySelectorAll('button')].find((each) => each.textContent === 'Newest');
  const before = performance.now();
  newest.click();
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  return performance.now() - before;
})()`;

const IMAGES = join(import.meta.dirname, '..', '..', '..', 'docs', 'images');

let browser: Browser;
let server: ConsoleServer;
let told: ToldLog;
let page: Page;
/** Of the message whose answer was delivered. */
let answered = 0;
/** What the page asked of anybody else, and what its policy refused. */
const foreign: string[] = [];
const complaints: string[] = [];
const leavings: (() => unknown)[] = [];

test.before(async (t) => {
  if (program === undefined) return;
  t.timeout(120_000);
  server = await startConsoleServer({ title: t.title, teardown: (undo) => leavings.push(undo) });
  told = new ToldLog(server.log);
  const launching = chromium.launch({ executablePath: program, args: ['--no-sandbox'] });
  await tellStory();
  browser = await launching;
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(`${server.url}/`) && !/^(data|blob):/.test(url)) foreign.push(url);
  });
  page.on('console', (message) => {
    if (/Content Security Policy|Trusted/i.test(message.text())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
});

test.after.always(async () => {
  await browser?.close();
  for (const undo of leavings.reverse()) await undo();
});

/** A small day: an answer that arrived, one that did not, one that perhaps did twice, and an agent at work. */
async function tellStory(): Promise<void> {
  await told.tell('project.created', { projectId: 'proj_1' }, { name: 'shop' });
  await told.agent(AGENT, 'mender');
  await told.agent(BUSY, 'builder');
  answered = await told.turn(AGENT, 'm-1', 'Mend the test that fails since yesterday');
  await told.says('response.progress', AGENT, { text: 'reading the test' });
  const call = await told.says('tool.project.create', AGENT, { name: 'shop' });
  await told.tell(
    'result',
    { agentId: AGENT, callId: call },
    { ok: true, callId: call, value: { id: 'proj_2' } },
  );
  await told.says('response.answer', AGENT, { text: 'It is mended: the clock was wrong.' });
  const sequence = await server.log.lastSequence('EVENTS');
  await told.endTurn(AGENT, 'm-1');
  await told.delivery('d-arrived', { agentId: AGENT, sequence, messageId: 'm-1' }, 'confirmed');
  await told.delivery(
    'd-failed',
    { agentId: AGENT, sequence, messageId: 'm-1' },
    'failed',
    'Forbidden: bot was blocked by the user',
  );
  await told.delivery('d-perhaps', { agentId: AGENT, sequence, messageId: 'm-1' }, 'perhaps');
  await told.prints(AGENT, ['started', 'reading tests/clock.test.ts', '1 test mended']);
  await told.turn(BUSY, 'm-2', 'Build it');
}

const open = async (address: string, heading: string | RegExp): Promise<void> => {
  await page.goto(`${server.url}/${address}`);
  await page.getByRole('heading', { level: 1, name: heading }).waitFor();
};

const button = (name: string): Locator => page.getByRole('button', { name, exact: true });

const entry = (text: string): Locator => page.locator('li.entry', { hasText: text });

/** Serious findings of axe-core on what is shown. */
async function findings(): Promise<string[]> {
  if (await page.evaluate("typeof axe === 'undefined'")) await page.evaluate(AXE);
  // The shape that axe-core documents.
  const { violations } = await page.evaluate<{
    violations: { id: string; impact: string; nodes: { html: string }[] }[];
  }>("axe.run({ resultTypes: ['violations'] })");
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}

async function picture(name: string): Promise<void> {
  if (process.env.SCREENSHOTS !== 'true') return;
  mkdirSync(IMAGES, { recursive: true });
  await page.screenshot({ path: join(IMAGES, `console-${name}.png`) });
}

test('Chromium is there, or it is said what is left out without it', (t) => {
  if (program === undefined) t.log('skipped: the console in a browser, since there is no Chromium');
  // There nothing is left out.
  t.false(program === undefined && process.env.CI === 'true');
});

inBrowser('agents: who is there and what each does, and it changes while one looks', async (t) => {
  await open('#/agents', 'Agents');
  const busy = page.locator('tr', { hasText: 'builder' });
  await busy.getByText('telegram/4711471147').waitFor();
  t.regex((await busy.locator('td').nth(1).textContent()) ?? '', /\d s|min/);
  await picture('agents');
  t.deepEqual(await findings(), []);

  const third = 'agent-0123456789ae';
  await told.tell(
    'command.create',
    { agentId: third },
    { kind: 'demo', name: 'newcomer', ttlMs: 60_000, turnDeadlineMs: 60_000 },
  );
  await page.locator('tr', { hasText: 'newcomer' }).getByText('requested').waitFor();
});

inBrowser(
  'a conversation beside its log: one writes, answers by a button, interrupts and extends',
  async (t) => {
    await page.goto(`${server.url}/#/agents`);
    await page.getByRole('link', { name: 'mender' }).click();
    await entry('It is mended: the clock was wrong.').waitFor();
    await page.locator('.log', { hasText: 'started' }).waitFor();
    await entry('project create').getByText('done').click();
    await entry('project create').getByText('proj_2').waitFor();

    await page.keyboard.press('/');
    await page.keyboard.type('And the other one?');
    await page.keyboard.press('Control+Enter');
    const sent = await untilEvent(
      server.log,
      (event) => event.type === 'command.send' && event.data.text === 'And the other one?',
    );
    await entry('And the other one?').waitFor();
    const turn = { turnId: 'turn-ui', commandId: sent.id, deadlineAt: '2099-01-01T00:00:00.000Z' };
    await told.tell('turn.started', { agentId: AGENT }, turn, { correlationId: sent.id });

    const question = await told.says('response.question', AGENT, {
      text: 'Which?',
      options: ['the left', 'the right'],
      waitMs: 60_000,
    });
    await button('the right').click();
    const answer = await untilEvent(
      server.log,
      (event) => event.type === 'command.send' && event.data.answers === question,
    );
    t.like(answer.data, { text: 'the right' });
    t.true(await button('the left').isDisabled());

    await button('Interrupt').click();
    const { id: interrupt } = await untilEvent(
      server.log,
      ({ type }) => type === 'command.interrupt',
    );
    await told.tell(
      'process.interrupted',
      { agentId: AGENT },
      { runId: `run-${AGENT}`, commandId: interrupt },
    );
    await page.getByText('interrupt: interrupted').waitFor();
    await page.getByLabel('Extend its life to').selectOption('4h');
    const extend = await untilEvent(server.log, ({ type }) => type === 'command.extend');
    t.like(extend.data, { ttlMs: 4 * 3_600_000 });

    const file = await told.file(AGENT, 'report.txt', 'all is well');
    await told.says('response.answer', AGENT, { text: 'Here it is.', file });
    const download = page.waitForEvent('download');
    await button('report.txt (11 B)').click();
    const saved = await download;
    t.is(saved.suggestedFilename(), 'report.txt');
    t.is(readFileSync(await saved.path(), 'utf8'), 'all is well');

    const job = { jobId: 'job-1' };
    await told.tell('job.requested', job, {
      tool: 'deploy',
      verb: 'run',
      input: {},
      notify: true,
      timeouts: {},
      by: { agentId: AGENT, callId: 'call-1' },
    });
    await told.tell('job.input-required', job, { question: 'Deploy it?' });
    await page.getByText('Deploy it?').waitFor();
    await picture('conversation');
    t.deepEqual(await findings(), []);
    await button('Yes').click();
    t.like((await untilEvent(server.log, ({ type }) => type === 'job.answered')).data, {
      approved: true,
    });
  },
);

inBrowser(
  'a connection that is lost is told, and what came meanwhile is there once when it is back',
  async (t) => {
    await open(`#/agents/${AGENT}`, /mender/);
    await entry('Here it is.').waitFor();
    await server.stop();
    await page.getByText('Nothing comes at the moment').waitFor();
    await told.says('response.answer', AGENT, { text: 'Said while nobody listened.' });
    await server.begin();
    await entry('Said while nobody listened.').waitFor();
    t.is(await entry('Said while nobody listened.').count(), 1);
    t.is(await entry('Here it is.').count(), 1);
    await page.getByText('Nothing comes at the moment').waitFor({ state: 'hidden' });
  },
);

inBrowser(
  'the waterfall of a message: from what came in to the receipt, also from its answer',
  async (t) => {
    await open(`#/messages/${answered}`, 'What became of a message');
    await page.getByText('It was answered. 2 of 3 deliveries arrived, 1 failed.').waitFor();
    const names = await page.locator('.waterfall tbody th a').allTextContents();
    for (const name of [
      'waits for a turn',
      'turn',
      'project create',
      'progress',
      'answer',
      'to telegram',
      'attempt 1',
    ]) {
      t.true(names.includes(name), `${name} is not among ${names}`);
    }
    await page.getByText('received as 1001').first().waitFor();
    await picture('waterfall');
    t.deepEqual(await findings(), []);
    const download = page.waitForEvent('download');
    await button('Receipt').click();
    // The page has no types.
    const proved = verifyReceipt(readFileSync(await (await download).path())) as Receipt;
    t.true(
      proved.steps.some(({ sequence }) => sequence === answered),
      'it proves this very message',
    );

    await page.goto(`${server.url}/#/agents/${AGENT}`);
    await entry('It is mended: the clock was wrong.')
      .getByRole('link', { name: 'waterfall' })
      .click();
    await page.getByText('Mend the test that fails since yesterday').waitFor();
  },
);

inBrowser(
  'deliveries that failed or were perhaps repeated: sent again, or said to have arrived',
  async (t) => {
    await open('#/deliveries', 'Deliveries to look at');
    const row = (id: string) => page.locator('tr', { hasText: id });
    await row('d-failed').getByText('blocked').waitFor();
    t.is(await row('d-arrived').count(), 0);
    await picture('deliveries');
    t.deepEqual(await findings(), []);
    await row('d-failed').getByRole('button', { name: 'Send again' }).click();
    await row('d-failed').waitFor({ state: 'detached' });
    await row('d-perhaps').getByRole('button', { name: 'It arrived' }).click();
    await page.getByText('There is nothing.').waitFor();
    const requested = ofType(await history(server.log, 'deliveries.>'), 'delivery.requested');
    t.like(requested.at(-1)?.data, { insteadOf: 'd-failed', chatId: '4711471147' });
  },
);

inBrowser('the log slider: the state as of any event, forwards and backwards', async (t) => {
  await open('#/log/3', 'The state as of an event');
  await page.locator('[data-state-at="3"]', { hasText: 'Agents (1)' }).waitFor();
  await page.getByRole('slider').focus();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await page.locator('[data-state-at="1"]', { hasText: 'Agents (0)' }).waitFor();
  t.is(new URL(page.url()).hash, '#/log/1');
  await page.getByRole('spinbutton').fill(String(answered + 1));
  await page.getByRole('spinbutton').press('Enter');
  const state = page.locator(`[data-state-at="${answered + 1}"]`);
  await state.getByText('in a turn').waitFor();
  await state.getByText('turn.started').first().waitFor();
  await picture('log');
  t.deepEqual(await findings(), []);
});

inBrowser(
  'the overview: plots of the last hours from the log itself, dark and light',
  async (t) => {
    await open('#/overview/1', 'Overview');
    const plot = page.getByRole('img', { name: /Turns and answers a minute; in all turns: [1-9]/ });
    await plot.waitFor();
    t.true((await page.locator('canvas').count()) >= 2);
    await picture('overview');
    t.deepEqual(await findings(), []);
    await page.emulateMedia({ colorScheme: 'dark' });
    for (const address of ['#/overview/1', `#/agents/${AGENT}`, `#/messages/${answered}`]) {
      await open(address, /./);
      t.deepEqual(await findings(), [], `dark, ${address}`);
    }
    await page.emulateMedia({ colorScheme: null });
  },
);

inBrowser('on a phone nothing is wider than it, and the keys go everywhere', async (t) => {
  await page.setViewportSize({ width: 375, height: 700 });
  const views = [
    '#/agents',
    `#/agents/${AGENT}`,
    `#/messages/${answered}`,
    '#/deliveries/all',
    '#/log',
    '#/overview/3',
  ];
  for (const address of views) {
    await open(address, /./);
    const wider = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
    t.is(await page.evaluate<number>(wider), 0, address);
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  for (const [keys, heading] of [
    ['gd', 'Deliveries to look at'],
    ['gl', 'The state as of an event'],
    ['go', 'Overview'],
    ['ga', 'Agents'],
  ] as const) {
    for (const key of keys) await page.keyboard.press(key);
    await page.getByRole('heading', { level: 1, name: heading }).waitFor();
  }
  await page.getByRole('link', { name: 'builder' }).waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.locator('.conversation').waitFor();
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keys' }).waitFor();
  t.deepEqual(await findings(), []);
  await page.keyboard.press('Escape');
});

inBrowser(
  'nothing that an agent, a person, a file or a program says becomes more than text',
  async (t) => {
    const agentId = 'agent-0123456789af';
    await told.agent(agentId, 'stranger');
    const sequence = await told.turn(agentId, 'm-evil', EVIL);
    await told.says('response.progress', agentId, { text: EVIL });
    const call = await told.says('tool.project.create', agentId, { name: EVIL.slice(0, 90) });
    await told.tell(
      'result',
      { agentId, callId: call },
      { ok: false, callId: call, error: { code: EVIL, message: EVIL } },
    );
    await told.says('response.question', agentId, {
      text: EVIL,
      options: [EVIL, 'javascript:hacked=1'],
    });
    const file = await told.file(
      agentId,
      `"onload=hacked=1 <img src=x onerror=hacked=1>`.replaceAll('/', ''),
      EVIL,
    );
    await told.says('response.answer', agentId, { text: EVIL, file });
    await told.prints(agentId, [EVIL, `\u001b[31m${EVIL}`]);
    const failure = {
      turnId: 'turn-m-evil',
      code: EVIL,
      reason: EVIL,
      cure: EVIL,
      lastWords: EVIL,
    };
    await told.tell('turn.failed', { agentId }, failure, { correlationId: 'm-evil' });

    await told.tell('project.created', { projectId: 'proj_evil' }, { name: EVIL });
    const of = { agentId, sequence, messageId: 'm-evil' };
    await told.delivery('d-evil', of, 'failed', EVIL);

    const own = [
      'script',
      'img',
      'svg',
      'iframe',
      'object',
      'embed',
      'base',
      'meta',
      'link',
      'style',
    ];
    const tags = own.map((tag) => `#console ${tag}`).join();
    const last = await server.log.lastSequence('EVENTS');
    const views = [
      `#/agents/${agentId}`,
      `#/messages/${sequence}`,
      `#/log/${last}`,
      '#/agents',
      '#/deliveries/all',
    ];
    for (const address of views) {
      await open(address, /./);
      await page
        .getByText('onerror')
        .first()
        .or(page.getByText('stranger').first())
        .first()
        .waitFor();
      t.is(await page.locator(tags).count(), 0, address);
    }
    await open(`#/agents/${agentId}`, /stranger/);
    await page.locator('.log', { hasText: '\\u001b[31m<img' }).waitFor();
    await entry('onerror').first().getByText('\\u202e').first().waitFor();
    t.is(await page.evaluate<unknown>('window.hacked'), undefined);

    // What is shared is a page of its own, which is opened from a disk, without the server's policy.
    for (const address of [`#/agents/${agentId}`, `#/messages/${sequence}`]) {
      await open(address, /./);
      await page.getByText('onerror').first().waitFor();
      await button('Share').click();
      const download = page.waitForEvent('download');
      await button('Save the file').click();
      const html = readFileSync(await (await download).path(), 'utf8');
      const other = await browser.newPage();
      await other.setContent(html);
      t.is(await other.locator('script, img, iframe, link').count(), 0);
      t.is(await other.evaluate<unknown>('window.hacked'), undefined);
      t.true((await other.getByText('onerror').count()) > 0);
      t.notRegex(html, /agent-0123456789af|4711471147/);
      await other.close();
    }
  },
);

inBrowser('a conversation of 10,000 events stays usable', async (t) => {
  await told.agent(LONG, 'talker');
  for (let batch = 0; batch < 20; batch += 1) {
    const events = Array.from({ length: 250 }, (_, index) => {
      const id = `long-${batch}-${index}`;
      const text = `message ${batch * 250 + index} ${'of some length '.repeat(10)}`;
      const rejected = { commandId: id, code: 'ORC_QUEUE_FULL', reason: 'full', cure: 'Wait.' };
      return [
        told.event('command.send', { agentId: LONG }, { text, mode: 'join' }, { id }),
        told.event('process.rejected', { agentId: LONG }, rejected, { correlationId: id }),
      ];
    });
    const result = await server.log.append(events.flat());
    if (!result.ok) throw new Error(result.error);
  }
  const before = performance.now();
  await open(`#/agents/${LONG}`, /talker/);
  await page.locator('[data-count="10002"]').waitFor();
  const loaded = performance.now();
  t.true((await page.locator('li.entry').count()) <= 120);
  await page.getByLabel('Message').fill('x'.repeat(20));
  await button('Earlier').click();
  await page.getByText('9803 to 9922 of 10002').waitFor();
  const drawn = await page.evaluate<number>(DRAWN);
  await entry('message 4999 ').waitFor();
  const moved = performance.now();
  await told.says('response.answer', LONG, { text: 'and one more' });
  await entry('and one more').waitFor();
  const heard = performance.now();
  const heap = await page.evaluate<number>('performance.memory.usedJSHeapSize');
  t.log(
    `10,000 events: shown in ${Math.round(loaded - before)} ms, paged back and forth in ${Math.round(moved - loaded)} ms of which drawing took ${Math.round(drawn)} ms, one more in ${Math.round(heard - moved)} ms, ${Math.round(heap / 1e6)} MB of heap`,
  );
  t.true(drawn < 1_000, `${drawn} ms`);

  const [found] = ofType(
    await history(server.log, `agents.${LONG}.command.send`),
    'command.send',
  ).slice(2_000);
  await open(`#/agents/${LONG}?at=${found?.sequence}`, /talker/);
  await page.locator('li.wanted', { hasText: 'message 2000 ' }).waitFor();
});

inBrowser('a token is asked for where the API wants one, and kept by the tab alone', async (t) => {
  const locked = await server.beside({ ORCHESTRATOR_HTTP_TOKEN: 'open-sesame-0123456789' });
  const other = await browser.newPage();
  await other.goto(`${locked}/#/agents`);
  await other.getByLabel('Token').fill('open-sesame-0123456789');
  await other.keyboard.press('Enter');
  await other.getByRole('link', { name: 'mender' }).waitFor();
  t.deepEqual(await other.evaluate('Object.values(localStorage)'), []);
  t.notRegex(other.url(), /sesame/);
  await other.close();
});

inBrowser(
  'it has asked nobody else for anything, and its policy had nothing to refuse',
  async (t) => {
    t.deepEqual(foreign, []);
    t.deepEqual(
      complaints.filter((text) => !/Failed to load resource|ERR_CONNECTION/.test(text)),
      [],
    );
    const response = await fetch(`${server.url}/`);
    const policy = response.headers.get('content-security-policy') ?? '';
    t.regex(policy, /^default-src 'none'; script-src 'self'; style-src 'self'/);
    t.notRegex(policy, /unsafe/);
    t.notRegex(await response.text(), /<style|<script>|style=|\son\w+=/);
  },
);
