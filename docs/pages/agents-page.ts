import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { AGENT_KINDS } from '../../agents/agent-kinds.ts';
import { markdownTable } from './markdown-table.ts';

const REPORT = join(import.meta.dirname, '..', 'agents.json');

/** What `npm run test:agents` found out, as tests/agents/conformance/support/agent-report.ts writes it. */
const report = z.object({
  of: z.object({ commit: z.string() }).optional(),
  kinds: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      holds: z.record(z.string(), z.string()),
      measures: z
        .object({
          startUpMs: z.number(),
          idleMb: z.number(),
          answerMs: z.number(),
          endAfterAnswerMs: z.number(),
        })
        .optional(),
    }),
  ),
});

type Report = z.infer<typeof report>['kinds'];

/** Titles of what the report tells of: each kind, here and in a container. */
const NAMES: Record<string, string> = Object.fromEntries(
  AGENT_KINDS.flatMap(({ name, title }) => [
    [name, title],
    [`${name} in a container`, `${title} in a container`],
  ]),
);

/** `docs/agents.md`: what each kind of agent was seen to do. */
export function agentsPage(): string {
  const { of, kinds: found } = report.parse(JSON.parse(readFileSync(REPORT, 'utf8')));
  const kinds = Object.keys(NAMES).filter((kind) => found[kind] !== undefined);
  const notes: string[] = [];
  return `# Agents

\`ORCHESTRATOR_AGENT\` chooses the kind. A user talks to each of them in the same way and is answered in
the same way; one suite (\`tests/agents/conformance/\`, \`npm run test:agents\`) holds all of them to that with their
real programs, against a model on loopback that speaks the real model APIs. This page is made by that run${of ? `, of commit ${of.commit}` : ''}.
\`/new codex\` in a chat with Claude changes nothing of it: \`tests/agents/conformance/switching.test.ts\` takes one
Telegram chat through Claude, Codex, Gemini and Droid, and what its user sees must be the same for all.

## Versions, start-up, memory

Start-up is from the process to its first message; memory is resident, with everything that the agent
runs, before the first message; the answer is that of a model that thinks for no time.

${measuresTable(found, kinds)}

## What holds

${holdsTable(found, kinds, notes)}

${notes.map((note, index) => `${index + 1}. ${note}`).join('\n')}

The ACP agent is OpenCode here.

## How they run

The CLIs are installed by \`npm run agents claude\` (or all of them, 1.5 GB, by \`npm run agents\`; versions:
\`images/agents/package.json\`), or are on your PATH. \`start\` refuses a kind whose CLI is not there.
Each is the child of a small host (\`orchestrator host <kind>\`), which is the agent's process: it takes
messages on stdin, speaks the CLI's protocol, prints a readable log, states the end of each turn, and
starts a CLI that crashed again on its session. An interrupt ends the turn and not the process; SIGTERM
lets the turn be finished.

## Permissions

\`ORCHESTRATOR_<KIND>_PERMISSIONS\`: \`allow\` (everything; the default, for agents in containers),
\`ask\`, \`deny\`, or either with patterns that are allowed (\`ask:npm test*,Edit\`). A question has the
choices *once*, *for this session*, *always* and *no*; any other answer is a no. What is allowed for
longer than once holds until the agent ends. A pattern allows one
simple command: nothing can be chained behind it. The agent's own \`orchestrator\` is always allowed.
Codex has a sandbox of its own (it wants \`bubblewrap\`): it asks for what leaves the workspace.

## Models

\`ORCHESTRATOR_<KIND>_MODEL\` is the model of a kind's agents; \`create --model\` and, in a chat, \`/new codex gpt-5.4\`
or \`/model\` are for one agent, from its start on. How hard it is to think: \`ORCHESTRATOR_<KIND>_EFFORT\`,
\`create --effort\`. An agent that runs keeps its model; commands of the CLI's own that change it go through
(\`//model opus\`).

${modelsTable()}

The names are examples: any that the CLI takes may be given. An \`acp\` agent's model is in its own configuration.

## Credentials

The system's environment serves every agent. Logins are files in \`credentials/<kind>/\` of the data folder
(or \`ORCHESTRATOR_CREDENTIALS_DIR\`), as they would stand in the agent's home; a file \`env\` holds variables,
\`NAME=value\` a line. A folder \`credentials/<channel>/<user id>/<kind>/\` is one user's own: that user's
agents get it and nothing of the system's, and no other agent ever does.

${loginsTable()}

Keys reach an agent in a file that only it can read; they are in no command line, event or log. A login
that is refused or has expired is said in the chat (\`ORC_MODEL_LOGIN\`).

### A login that its CLI renews

${renewedKinds()} renew a login of a subscription every few hours, each agent its own copy. At the end of a turn, and of
the run, such a renewal is written back to the file below \`credentials/\` from which the agent got it, so the next
agent gets the renewed one. It has to be newer, of the same account as far as the file tells, and a renewal of
what is there: a login that you put there meanwhile stays, and one that you removed stays removed. Nothing but
the tokens and their times is taken from the agent's file ([decision 0083](decisions/0083-renewed-logins.md)).

| \`ORCHESTRATOR_LOGIN_RENEWAL\` | a user's own login | the system's login |
| --- | --- | --- |
| \`own\` (the default) | by that user's agents | by agents of the terminal, of \`TELEGRAM_ADMIN_USERS\`, and of nobody |
| \`shared\` | by that user's agents | by everybody's agents |
| \`off\` | no | no |

**Agents that run beside it** have an older copy, and Claude's and Codex's providers take a refresh token once. So
they are given the renewed login at once; those of another spawner at the end of their next turn. One that has to
renew its older copy before, or whose CLI does not look at the file again, is refused: its user is told
(\`ORC_MODEL_LOGIN\`), and the next agent has the renewed login. A login that you put there by hand is for new
agents. For many agents at a time use keys or long-lived tokens.

Put a login there that nothing else uses: your own CLI on the machine and an agent renew one login against each
other.
`;
}

/** Titles of the kinds whose CLI renews its login. */
function renewedKinds(): string {
  const titles = AGENT_KINDS.filter(({ login }) => login?.renewed).map(({ title }) => title);
  return new Intl.ListFormat('en').format(titles);
}

function modelsTable(): string {
  const code = (texts: readonly string[]) => texts.map((text) => `\`${text}\``).join(', ') || '–';
  const rows = AGENT_KINDS.flatMap(({ title, models }) =>
    models === undefined ? [] : [[title, code(models.known), code(models.efforts)]],
  );
  return markdownTable(['agent', 'models that `/model` shows', 'effort'], rows);
}

function loginsTable(): string {
  const code = (texts: readonly string[]) => texts.map((text) => `\`${text}\``).join(', ');
  const rows = AGENT_KINDS.flatMap(({ name, title, login }) =>
    login === undefined
      ? []
      : [
          [
            title,
            code(login.variables),
            code(login.files.map((file) => `${name}/${file}`)),
            login.hint ?? '',
          ],
        ],
  );
  return markdownTable(['agent', 'variables', 'files below `credentials/`', ''], rows);
}

function measuresTable(found: Report, kinds: string[]): string {
  const rows = kinds.map((kind) => {
    const { version = 'ours', measures } = found[kind] ?? {};
    return [
      NAMES[kind] ?? kind,
      version,
      measures ? `${(measures.startUpMs / 1000).toFixed(1)} s` : '–',
      measures ? `${measures.idleMb} MB` : '–',
      measures ? `${(measures.answerMs / 1000).toFixed(1)} s` : '–',
      measures ? `${measures.endAfterAnswerMs} ms` : '–',
    ];
  });
  const head = ['agent', 'version', 'start-up', 'memory', 'answer', 'turn end after answer'];
  return markdownTable(head, rows);
}

/** What holds in another way gets a note; what was not tried, or has no model, a dash. */
function holdsTable(found: Report, kinds: string[], notes: string[]): string {
  const all = new Set(kinds.flatMap((kind) => Object.keys(found[kind]?.holds ?? {})));
  const rows = [...all].map((what) => [
    what,
    ...kinds.map((kind) => {
      const how = found[kind]?.holds[what];
      if (how === undefined) return '–';
      return how === 'yes' ? '✔' : `note ${notes.push(`${NAMES[kind]}: ${how}.`)}`;
    }),
  ]);
  return markdownTable(['', ...kinds.map((kind) => NAMES[kind] ?? kind)], rows);
}
