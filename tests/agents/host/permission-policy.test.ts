import test from 'ava';
import { parsePermissionPolicy } from '../../../agents/host/host-order.ts';
import { decidePermission } from '../../../agents/host/permission-policy.ts';
import { simpleCommand } from '../../../agents/host/simple-command.ts';

const shell = (command: string) => ({ tool: 'Bash', command, what: '' });

test('a policy is one word, or a word and the patterns that are allowed', (t) => {
  t.deepEqual(parsePermissionPolicy('allow'), { otherwise: 'allow', allowed: [] });
  t.deepEqual(parsePermissionPolicy('ask:npm test*, Edit'), {
    otherwise: 'ask',
    allowed: ['npm test*', 'Edit'],
  });
  t.deepEqual(parsePermissionPolicy('deny'), { otherwise: 'deny', allowed: [] });
  for (const wrong of ['', 'maybe', 'allow:rm *', 'ask;x']) {
    t.is(parsePermissionPolicy(wrong), undefined, wrong);
  }
});

test('an agent may always speak, and nothing can be hidden behind it', (t) => {
  const deny = { otherwise: 'deny', allowed: [] } as const;
  const decide = (command: string) =>
    decidePermission({ ...deny, allowed: [] }, new Set(), shell(command));
  for (const fine of [
    'orchestrator answer "Done!"',
    "orchestrator answer 'a; b && c | d $(e) `f` > g'",
    "orchestrator answer - <<'TEXT'\nFirst $(x)\nrm -rf /\nTEXT",
    'orchestrator ask --wait --option yes "Shall I?"',
    'orchestrator',
  ]) {
    t.is(decide(fine), 'allow', fine);
  }
  for (const hidden of [
    'orchestrator answer x; rm -rf /',
    'orchestrator answer x && rm y',
    'orchestrator answer "$(cat /etc/passwd)"',
    'orchestrator answer `id`',
    'orchestrator answer x > file',
    'orchestrator answer x\nrm y',
    'orchestrator answer $HOME',
    "orchestrator answer - <<'TEXT'\nx\nTEXT\nrm -rf /\nTEXT",
    'orchestrator answer - <<TEXT\n$(rm x)\nTEXT',
    'orchestratorx answer',
    'FOO=1 orchestrator answer',
  ]) {
    t.is(decide(hidden), 'deny', hidden);
  }
});

test('patterns allow commands and tools by name; what was granted counts like one', (t) => {
  const policy = { otherwise: 'ask', allowed: ['npm test*', 'git status *', 'Edit'] } as const;
  const decide = (request: { tool: string; command?: string; what: string }, granted = '') =>
    decidePermission({ ...policy, allowed: [...policy.allowed] }, new Set([granted]), request);
  t.is(decide(shell('npm test -- --watch')), 'allow');
  t.is(decide(shell('git status')), 'allow');
  t.is(decide(shell('git status --short')), 'allow');
  t.is(decide(shell('git statusx')), 'ask');
  t.is(decide(shell('npm test && rm x')), 'ask');
  t.is(decide(shell('rm x')), 'ask');
  t.is(decide(shell('rm x'), 'rm x'), 'allow');
  t.is(decide({ tool: 'Edit', what: 'a.txt' }), 'allow');
  t.is(decide({ tool: 'Write', what: 'a.txt' }), 'ask');
  t.is(decide({ tool: 'Write', what: 'a.txt' }, 'tool Write'), 'allow');
});

test('a simple command is one program with fixed words', (t) => {
  t.is(simpleCommand('  ls -la "a b"  '), 'ls -la "a b"');
  for (const other of ['ls | wc', 'a & b', '(ls)', '{ ls; }', 'ls \\\n-l', '"a$b"', "it's"]) {
    t.is(simpleCommand(other), undefined, other);
  }
});
