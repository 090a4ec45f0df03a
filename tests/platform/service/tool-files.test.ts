import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { readTools } from '../../../platform/service/tool-files.ts';
import { renderInstructions } from '../../../schemas/agent-instructions.ts';
import { declaredTool } from '../../../schemas/tool-declaration.ts';
import { temporaryFolder } from '../../support/nats.ts';

const executor = { kind: 'command', command: ['./deploy.sh'] };
const SHIP = { name: 'ship', summary: 'Ships it.', executor };

test('all mistakes of all declarations are told at once, with their files', async (t) => {
  const folder = await temporaryFolder(t);
  const write = (name: string, value: unknown) =>
    writeFile(join(folder, name), typeof value === 'string' ? value : JSON.stringify(value));
  await write('a.json', { ...SHIP, name: 'answer' });
  await write('b.json', '{');
  await write('c.json', { ...SHIP, confirm: 'perhaps', timeouts: { total: 'soon' }, colour: 1 });
  await write('d.json', SHIP);
  await write('e.json', SHIP);
  const service = { kind: 'http', url: 'https://a.example', callback: 'https://b.example' };
  await write('f.json', { ...SHIP, name: 'fly', executor: service });
  await write('notes.txt', 'no tool');
  const error = await t.throwsAsync(readTools(folder), { code: 'ORC_TOOLS' });
  const told = error?.message ?? '';
  for (const part of [
    'a.json: name: the name of a command',
    'b.json: ',
    'c.json: confirm: ',
    'c.json: timeouts.total: a duration',
    'colour',
    'ship is declared twice',
    'f.json: executor.secret: a callback wants a secret',
  ]) {
    t.true(told.includes(part), `${part} in ${told}`);
  }
});

test('without a folder there are no tools', async (t) => {
  t.deepEqual(await readTools(join(await temporaryFolder(t), 'none')), []);
});

test('a declared tool is in the instructions of those who may use it, typed as its input says', async (t) => {
  const folder = await temporaryFolder(t);
  const input = { properties: { projectId: { description: 'Which.' } }, required: ['projectId'] };
  await writeFile(
    join(folder, 'db.json'),
    JSON.stringify({ ...SHIP, name: 'db', verbs: ['migrate', 'dump'], input, confirm: 'ask' }),
  );
  const tools = (await readTools(folder)).map(declaredTool);
  const text = renderInstructions(undefined, tools);
  t.true(text.includes('orchestrator db migrate --project-id "…"'));
  t.true(text.includes('Your user is asked first'));
  t.true(text.includes('orchestrator job wait'));
  t.false(renderInstructions(['respond', 'job'], tools).includes('orchestrator db'));
  t.false(renderInstructions(undefined).includes('orchestrator job'), 'without tools no jobs');
});
