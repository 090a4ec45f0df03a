import { join } from 'node:path';
import test from 'ava';
import {
  type ConsoleServer,
  startConsoleServer,
} from '../projections/console/support/console-server.ts';
import { ToldLog } from '../projections/console/support/told-log.ts';
import { history, ofType } from '../support/history.ts';
import { temporaryFolder } from '../support/nats.ts';
import { environment } from '../support/system.ts';
import { runHere } from './run-here.ts';

const AGENT = 'agent-0123456789ab';
const IDLE = 'agent-0123456789ac';

const leavings: (() => unknown)[] = [];
let server: ConsoleServer;
let env: NodeJS.ProcessEnv;

test.before(async (t) => {
  server = await startConsoleServer({ title: t.title, teardown: (undo) => leavings.push(undo) });
  const { url, operatorCreds, dataDir } = server.nats;
  env = environment(dataDir, { ORCHESTRATOR_NATS_URL: url, ORCHESTRATOR_CREDS: operatorCreds });
  const told = new ToldLog(server.log);
  await told.agent(AGENT, 'mender');
  await told.turn(AGENT, 'm-1', 'Mend it');
  await told.says('response.answer', AGENT, { text: 'Mended' });
  await told.endTurn(AGENT, 'm-1');
  await told.agent(IDLE, 'idler');
});

test.after.always(async () => {
  for (const undo of leavings.reverse()) await undo();
});

test('import --new-ids makes new agents beside those that are there, says where they are from, and makes no second ones', async (t) => {
  const file = join(await temporaryFolder(t), 'system.tar.gz');
  const exported = await runHere(['export', '-o', file], env);
  t.is(exported.code, 0, exported.stderr);
  const before = await history(server.log);

  const first = await runHere(['import', '--new-ids', file, '--json'], env);
  t.is(first.code, 0, first.stderr);
  const { stateHash, agents } = JSON.parse(first.stdout);
  const [mender, idler] = agents;
  t.like(mender, { exported: AGENT, name: 'mender', kind: 'demo', messages: 2 });
  t.not(mender.agentId, AGENT);
  t.like(idler, { exported: IDLE, why: 'No turn of it is over yet' });
  t.is(idler.agentId, undefined);

  const after = await history(server.log);
  const more = after.slice(before.length);
  t.true(more.every(({ subject }) => subject.startsWith(`agents.${mender.agentId}.command.`)));
  const [create] = ofType(more, 'command.create');
  t.like(create?.data, { kind: 'demo', name: 'mender' });
  t.is(create?.data.owner, undefined, 'nobody gets a message by it');
  const end = ofType(before, 'turn.ended')[0];
  t.deepEqual(create?.data.forkedFrom, {
    agentId: AGENT,
    turnId: end?.data.turnId ?? '',
    sequence: end?.sequence ?? 0,
    export: stateHash,
  });
  const digest = ofType(more, 'command.send')[0]?.data.text ?? '';
  t.regex(digest, /\n> Mend it\n[\s\S]*\n> Mended\n/);

  const again = await runHere(['import', '--new-ids', file], env);
  t.is(again.code, 0, again.stderr);
  t.regex(
    again.stdout,
    new RegExp(`${AGENT} +${mender.agentId} +mender +demo +a digest of 2 messages`),
  );
  t.regex(again.stdout, new RegExp(`${IDLE} +idler +demo +not taken: No turn of it is over yet`));
  t.is((await history(server.log)).length, after.length);
});

test('what cannot be imported anew is refused in one line', async (t) => {
  const file = join(await temporaryFolder(t), 'redacted.tar.gz');
  t.is((await runHere(['export', '--redact', '-o', file], env)).code, 0);
  const refused = async (...args: string[]) => {
    const { code, stderr } = await runHere(['import', ...args], env);
    t.is(stderr.trimEnd().split('\n').length, 1, stderr);
    return `${code} ${/ORC_\w+/.exec(stderr)?.[0]}`;
  };
  t.is(await refused('--new-ids', file), '2 ORC_USAGE');
  t.is(await refused('--new-ids', file, '--owner', 'nobody'), '2 ORC_USAGE');
  t.is(await refused(file, '--owner', 'telegram/1'), '2 ORC_USAGE');
  t.is(await refused('--new-ids', `${file}.not-there`), '1 ORC_FILE');
});
