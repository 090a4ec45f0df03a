import { execFile } from 'node:child_process';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import {
  type ConsoleServer,
  startConsoleServer,
} from '../projections/console/support/console-server.ts';
import { ADA, ToldLog } from '../projections/console/support/told-log.ts';
import { ApiClient } from '../projections/http/support/api-client.ts';
import { temporaryFolder } from '../support/nats.ts';
import { environment } from '../support/system.ts';
import { oneLine, runHere } from './run-here.ts';

const AGENT = 'agent-0123456789ab';
const OTHER = 'agent-ba9876543210';
const PAGE = join(import.meta.dirname, '..', '..', 'docs', 'verify-receipt.mjs');

const leavings: (() => unknown)[] = [];
let server: ConsoleServer;
let env: NodeJS.ProcessEnv;
let folder: string;

test.before(async (t) => {
  const own = { title: t.title, teardown: (undo: () => unknown) => leavings.push(undo) };
  server = await startConsoleServer(own);
  folder = await temporaryFolder(own);
  const { url, operatorCreds, dataDir } = server.nats;
  env = environment(dataDir, { ORCHESTRATOR_NATS_URL: url, ORCHESTRATOR_CREDS: operatorCreds });
  const told = new ToldLog(server.log);
  await told.agent(AGENT, 'mender');
  await told.agent(OTHER, 'stranger');
  const plan = await told.file(AGENT, 'plan.txt', 'glue, then wait');
  const mode = 'join' as const;
  const message = { text: 'Mend it', from: ADA, mode, files: [plan] };
  await told.tell('command.send', { agentId: AGENT }, message, { id: 'm-1', correlationId: 'm-1' });
  await told.turn(OTHER, 'm-2', 'What others say is nobody’s business');
  const because = { correlationId: 'm-1', causationId: 'm-1' };
  const started = { turnId: 'turn-m-1', commandId: 'm-1', deadlineAt: '2099-01-01T00:00:00.000Z' };
  await told.tell('turn.started', { agentId: AGENT }, started, because);
  const written = { runId: `run-${AGENT}`, commandId: 'm-1', turnId: 'turn-m-1', bytes: 7 };
  await told.tell('process.delivered', { agentId: AGENT }, written, because);
  const answer = await told.says('response.answer', AGENT, { text: 'Mended' });
  const sequence = await server.log.lastSequence('EVENTS');
  await told.delivery(answer, { agentId: AGENT, sequence, messageId: 'm-1' }, 'confirmed');
  await told.endTurn(AGENT, 'm-1');
});

test.after.always(async () => {
  for (const undo of leavings.reverse()) await undo();
});

const page = async (...args: string[]) => {
  const alone = await temporaryFolder({ teardown: (undo) => leavings.push(undo) });
  await copyFile(PAGE, join(alone, 'verify-receipt.mjs'));
  const program = ['verify-receipt.mjs', ...args];
  return promisify(execFile)(process.execPath, program, { cwd: alone, env: {} });
};

test('receipt: the whole story of a message in a file, which program and page verify without a server', async (t) => {
  const file = join(folder, 'receipt.json');
  const made = await runHere(['receipt', 'turn-m-1', '-o', file], env);
  t.is(made.code, 0, made.stderr);
  t.regex(
    made.stdout,
    /receipt\.json: message m-1 to agent-0123456789ab, answered, \d+ steps, by the key \S{43}\n$/,
  );

  const verified = await runHere(['verify', file], {});
  t.is(verified.code, 0, verified.stderr);
  const types = verified.stdout.split('\n').map((line) => line.trim().split(/ {2}/)[2]);
  t.deepEqual(types.slice(1, -1), [
    'command.send',
    'turn.started',
    'process.delivered',
    'response.answer',
    'delivery.requested',
    'delivery.attempted',
    'delivery.confirmed',
    'turn.ended',
  ]);
  t.regex(verified.stdout, /command\.send {2}"Mend it" {2}plan\.txt \(SHA-256 [0-9a-f]{64}\)\n/);
  t.regex(verified.stdout, /response\.answer {2}"Mended"\n/);
  t.regex(verified.stdout, /delivery\.confirmed {2}received as 1001\n/);
  t.notRegex(await readFile(file, 'utf8'), /nobody’s business/);

  const [, key = ''] = /by the key (\S+)/.exec(verified.stdout) ?? [];
  const { stdout } = await page(file, key);
  t.regex(
    stdout,
    /response\.answer {2}"Mended"\n.*?\nIt holds: message m-1 to agent-0123456789ab/s,
  );
  t.regex(
    (await runHere(['verify'], env)).stdout,
    new RegExp(`sealed  up to \\d+ by \\d+ seals, key ${key}\n$`),
  );
});

test('receipt: by HTTP it is the same file, and what nobody wrote has none', async (t) => {
  const api = new ApiClient(server.url);
  const response = await api.fetch('getReceipt', { params: { message: 'turn-m-1' } });
  t.is(response.status, 200);
  t.is(response.headers.get('content-disposition'), 'attachment; filename="receipt-m-1.json"');
  const file = join(folder, 'by-http.json');
  await writeFile(file, Buffer.from(await response.arrayBuffer()));
  const { code, stdout, stderr } = await runHere(['verify', file], {});
  t.is(code, 0, stderr);
  t.regex(stdout, /^message m-1 to agent-0123456789ab: 8 steps, /);
  const { body } = await api.ask('getReceipt', { params: { message: 'm-1' } });
  t.is(body.messageId, 'm-1');
  const none = await api.problem('getReceipt', { params: { message: 'turn-unknown' } });
  t.is(none.code, 'ORC_EVENT_NOT_FOUND');
});

test('receipt: what was changed, or is by another key, is refused in a line', async (t) => {
  const { stdout: text, stderr } = await runHere(['receipt', 'm-1', '-o', '-'], env);
  t.regex(stderr, /^-: message m-1 to /);
  const file = join(folder, 'changed.json');
  await writeFile(file, text.replace('Mended', 'Broken'));
  const { code, stderr: said } = await runHere(['verify', file], {});
  t.is(code, 1);
  t.regex(said, oneLine('ORC_RECEIPT'));
  const { code: status, stderr: told } = await page(file).catch((error) => error);
  t.is(status, 1);
  t.regex(told, /^It does NOT hold: event \d+ is not what was sealed\n$/);

  await writeFile(file, text);
  t.is((await runHere(['verify', file], {})).code, 0);
  t.regex(
    (await runHere(['verify', file, '--key', 'A'.repeat(43)], {})).stderr,
    oneLine('ORC_RECEIPT'),
  );
  t.regex((await runHere(['verify', '--key', 'A'], env)).stderr, oneLine('ORC_USAGE'));
  t.regex((await runHere(['receipt', 'm-9'], env)).stderr, oneLine('ORC_EVENT_NOT_FOUND'));
});
