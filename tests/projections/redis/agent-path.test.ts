import test from 'ava';
import { agentPath } from '../../../projections/redis/commands/agent-path.ts';

test('a path of the older containers is one below the agent’s home', (t) => {
  t.is(agentPath('/workspace/a/b.txt'), 'workspace/a/b.txt');
  t.is(agentPath('a/./b.txt'), 'workspace/a/b.txt');
  t.is(agentPath('/home/worker/.config/x'), '.config/x');
});

test('what leads out of it, or names it itself, is none', (t) => {
  for (const path of [
    '../x',
    '/workspace/../etc/passwd',
    '/etc/passwd',
    '.',
    '/home/worker',
    'a\0b',
    // F12: what the runtime keeps, and what no reader would take.
    '/home/worker/.orchestrator/creds',
    '/workspace/../home/worker/runs/x',
    'a\u202eb',
    'x/'.repeat(3_000),
  ]) {
    t.is(agentPath(path), undefined, path);
  }
});
