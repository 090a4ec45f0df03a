/** An option of a command, as it is typed. */
export interface CommandOption {
  /** Its names: `--all,-a`. */
  flags: string;
  /** What its value is, where it takes one: `text`. */
  value?: string;
  /** What it does. */
  what: string;
}

/** A command of `orchestrator`, as data: help, docs and the agents' instructions are made from it. */
export interface CommandEntry {
  path: readonly string[];
  audience: 'agent' | 'operator';
  /** The tool that an agent needs for it (ORCHESTRATOR_ALLOWED_TOOLS). */
  tool?: 'respond' | 'project' | 'job';
  summary: string;
  details?: string;
  /** Its arguments by name, where the last is a text that may be anything, dashes included. */
  takes?: readonly string[];
  options: readonly CommandOption[];
  /** What it does, and the command line without `orchestrator`. */
  examples: readonly (readonly [string, string])[];
}

const timeout = (what: string): CommandOption => ({ flags: '--timeout', value: 'duration', what });

const JSON_OPTION: CommandOption = { flags: '--json', what: 'Print JSON.' };
const SAY_OPTIONS = [JSON_OPTION, timeout('How long to try; 20s.')];
const CALL_OPTIONS = [JSON_OPTION, timeout('How long to wait for the result; 30s.')];
const SYSTEM_OPTIONS = [JSON_OPTION, timeout('How long to wait for the system; 10s.')];
const PLACE =
  'a sequence, an instant (2026-01-04T15:30:45Z), how long ago (10m), or the id of an event';
const AT: CommandOption = {
  flags: '--at',
  value: 'place',
  what: `The last event that counts: ${PLACE}. The last of all without.`,
};
const WAIT: CommandOption = {
  flags: '--wait',
  what: 'Wait for the outcome (--no-wait: do not).',
};
const FOLLOW: CommandOption = { flags: '--follow,-f', what: 'Go on with what follows.' };

const PROJECT_OPTION: CommandOption = {
  flags: '--project',
  value: 'project',
  what: 'Its id or name; unset: the one that the agent works in.',
};
const WHOSE = 'Whose; for operators: <channel>/<user id>.';
const OWNER_OF_PROJECT = 'Whose it is; for operators: <channel>/<user id>.';
const WORK_OPTIONS: readonly CommandOption[] = [
  PROJECT_OPTION,
  { flags: '--agent', value: 'agent', what: 'Whose work, by id or name; for operators.' },
  { flags: '--branch', value: 'branch', what: 'This branch instead of an agent’s.' },
];

export const COMMAND_TABLE = [
  {
    path: ['answer'],
    audience: 'agent',
    takes: ['text'],
    tool: 'respond',
    summary: 'Send your answer to the user.',
    details:
      'The text is the argument, or stdin when the argument is `-` or absent (one line feed at its end is dropped). It counts as sent when it is stored.',
    options: [
      { flags: '--file', value: 'path', what: 'A file that goes with it; up to 50 MB.' },
      ...SAY_OPTIONS,
    ],
    examples: [
      ['Answer', 'answer "Done! Created project \'myapp\'."'],
      ['A long answer, from a file', 'answer - < answer.md'],
      ['A file for the user', 'answer --file report.pdf "Here is the report."'],
    ],
  },
  {
    path: ['ask'],
    audience: 'agent',
    takes: ['text'],
    tool: 'respond',
    summary:
      'Ask the user a question. The reply comes as the next message; with --wait it is printed.',
    details:
      'With --wait it blocks until the user has answered and prints the answer on stdout: give it a long time-out where your shell tool has one. The first answer counts. Without an answer in time it exits with 4.',
    options: [
      { flags: '--wait', what: 'Wait for the answer and print it.' },
      { flags: '--option', value: 'text', what: 'A choice to offer; up to 10 of them.' },
      JSON_OPTION,
      timeout('How long to try; 20s. With --wait: how long the user may take; 10m.'),
    ],
    examples: [
      ['Ask', 'ask "Which database shall I use?"'],
      ['Wait for the answer', 'ask --wait --timeout 1h --option yes --option no "Shall I deploy?"'],
      ['Offer choices', 'ask --option Postgres --option SQLite "Which database shall I use?"'],
    ],
  },
  {
    path: ['respond'],
    audience: 'agent',
    takes: ['text'],
    tool: 'respond',
    summary: 'Answer, or with --expect-reply ask (the older name of both).',
    options: [{ flags: '--expect-reply,-q', what: 'It is a question.' }, ...SAY_OPTIONS],
    examples: [
      ['Answer', 'respond "Done."'],
      ['Ask', 'respond --expect-reply "Shall I go on?"'],
    ],
  },
  {
    path: ['progress'],
    audience: 'agent',
    takes: ['text'],
    tool: 'respond',
    summary: 'Tell the user what you are doing, without ending your turn.',
    options: SAY_OPTIONS,
    examples: [['Say where you are', 'progress "Running the tests (2 of 5)"']],
  },
  {
    path: ['project', 'create'],
    audience: 'agent',
    tool: 'project',
    summary: 'Create a project. Prints it as JSON: {"id":"proj_…","name":"…"}.',
    options: [
      { flags: '--name,-n', value: 'text', what: '1 to 100 characters.' },
      {
        flags: '--repo',
        value: 'repository',
        what: 'An https or ssh URL, or a folder below ORCHESTRATOR_PROJECT_ROOTS; unset: it begins empty.',
      },
      { flags: '--branch', value: 'branch', what: 'Where work begins; unset: its own, or main.' },
      { flags: '--owner', value: 'person', what: OWNER_OF_PROJECT },
      ...CALL_OPTIONS,
    ],
    examples: [
      ['Create a project', 'project create --name myapp'],
      ['Of a repository', 'project create --name shop --repo https://github.com/owner/shop.git'],
    ],
  },
  {
    path: ['project', 'get'],
    audience: 'agent',
    tool: 'project',
    summary: 'Show a project of your user as JSON.',
    options: [
      { flags: '--id', value: 'id', what: 'As `project create` printed it.' },
      ...CALL_OPTIONS,
    ],
    examples: [['Show a project', 'project get --id proj_0123456789ab']],
  },
  {
    path: ['project', 'list'],
    audience: 'agent',
    tool: 'project',
    summary: 'List the projects of your user, the oldest first.',
    options: [
      { flags: '--limit', value: 'number', what: 'How many at most; 100.' },
      {
        flags: '--after',
        value: 'id',
        what: 'Those behind this one; where there are more, its command is told on stderr.',
      },
      ...CALL_OPTIONS,
    ],
    examples: [
      ['List them', 'project list'],
      ['For a program', 'project list --json'],
    ],
  },
  {
    path: ['project', 'use'],
    audience: 'agent',
    tool: 'project',
    summary: 'Let new agents of your user begin in a project.',
    options: [PROJECT_OPTION, { flags: '--owner', value: 'person', what: WHOSE }, ...CALL_OPTIONS],
    examples: [['From now on', 'project use --project shop']],
  },
  {
    path: ['project', 'archive'],
    audience: 'agent',
    tool: 'project',
    summary: 'Put a project away. Its repository is kept.',
    options: [PROJECT_OPTION, ...CALL_OPTIONS],
    examples: [['Put it away', 'project archive --project shop']],
  },
  {
    path: ['project', 'diff'],
    audience: 'agent',
    tool: 'project',
    summary: 'Show what was changed in a project.',
    options: [
      ...WORK_OPTIONS,
      {
        flags: '--turn',
        value: 'which',
        what: '`last`: of the last turn; `all`, unset: since the beginning.',
      },
      ...CALL_OPTIONS,
    ],
    examples: [
      ['Your own work', 'project diff'],
      ['What an agent did last', 'project diff --project shop --agent mender --turn last'],
    ],
  },
  {
    path: ['project', 'log'],
    audience: 'agent',
    tool: 'project',
    summary: 'List commits, the newest first.',
    options: [
      ...WORK_OPTIONS,
      { flags: '--limit', value: 'number', what: 'How many at most; 20.' },
      ...CALL_OPTIONS,
    ],
    examples: [['Your own branch', 'project log']],
  },
  {
    path: ['project', 'merge'],
    audience: 'agent',
    tool: 'project',
    summary: 'Bring committed work into the branch of its project.',
    details:
      'By moving that branch, or by a merge commit. A conflict is told with its files, and nothing is merged.',
    options: [...WORK_OPTIONS, ...CALL_OPTIONS],
    examples: [
      ['Your own branch', 'project merge'],
      ['That of an agent', 'project merge --project shop --agent mender'],
    ],
  },
  {
    path: ['project', 'export'],
    audience: 'operator',
    summary: 'Print commits as a patch, which `git am` takes.',
    options: [...WORK_OPTIONS, ...CALL_OPTIONS],
    examples: [['To a file', 'project export --project shop --agent mender > mender.patch']],
  },
  {
    path: ['project', 'push'],
    audience: 'operator',
    summary: 'Push a branch to where its project is from. Never by force.',
    options: [
      ...WORK_OPTIONS,
      { flags: '--to', value: 'branch', what: 'The branch there; unset: of the same name.' },
      ...CALL_OPTIONS,
    ],
    examples: [['An agent’s branch', 'project push --project shop --agent mender']],
  },
  {
    path: ['undo'],
    audience: 'operator',
    summary: 'Take back what an agent’s last turn did to the files of its project.',
    details: 'Its branch is where it was before, too. Refused over changes that no snapshot has.',
    options: [WAIT, ...SYSTEM_OPTIONS],
    examples: [['Take it back', 'undo mender']],
  },
  {
    path: ['job', 'get'],
    audience: 'agent',
    tool: 'job',
    takes: ['job'],
    summary: 'Show a job as JSON: what it does, and what it came to.',
    options: CALL_OPTIONS,
    examples: [['Show a job', 'job get job_0123456789ab']],
  },
  {
    path: ['job', 'list'],
    audience: 'agent',
    tool: 'job',
    summary: 'List the jobs of your user: those that are open, and the last that ended.',
    options: CALL_OPTIONS,
    examples: [['List them', 'job list']],
  },
  {
    path: ['job', 'wait'],
    audience: 'agent',
    tool: 'job',
    takes: ['job'],
    summary: 'Wait for the end of a job and print its result.',
    options: [JSON_OPTION, timeout('How long to wait; 30m.')],
    examples: [['Wait for it', 'job wait job_0123456789ab']],
  },
  {
    path: ['job', 'cancel'],
    audience: 'agent',
    tool: 'job',
    takes: ['job'],
    summary: 'Cancel a job. What runs is ended; what has completed before stays completed.',
    options: CALL_OPTIONS,
    examples: [['Cancel it', 'job cancel job_0123456789ab']],
  },
  {
    path: ['job', 'logs'],
    audience: 'operator',
    takes: ['job'],
    summary: 'Show what a job printed.',
    options: SYSTEM_OPTIONS,
    examples: [['What it printed', 'job logs job_0123456789ab']],
  },
  {
    path: ['job', 'answer'],
    audience: 'operator',
    takes: ['job', 'answer'],
    summary: 'Say whether a job that waits for it may run: `yes` or `no`.',
    options: SYSTEM_OPTIONS,
    examples: [
      ['Let it run', 'job answer job_0123456789ab yes'],
      ['Do not', 'job answer job_0123456789ab no'],
    ],
  },
  {
    path: ['turn', 'end'],
    audience: 'agent',
    takes: ['notice'],
    summary: 'Signal the end of your turn. For the hooks of agents that have them.',
    options: [
      { flags: '--problem', value: 'text', what: 'It came to nothing, and why; the user is told.' },
      ...SAY_OPTIONS,
    ],
    examples: [
      ['As a hook', 'turn end'],
      ['Where the model failed', 'turn end --problem "529 overloaded"'],
    ],
  },
  {
    path: ['ready'],
    audience: 'agent',
    summary: 'Signal that you take messages. For the hooks of agents that have them.',
    options: [
      { flags: '--problem', value: 'text', what: 'Why you cannot; the user is told.' },
      ...SAY_OPTIONS,
    ],
    examples: [['As a hook', 'ready']],
  },
  {
    path: ['host'],
    audience: 'agent',
    summary: 'Run an agent’s CLI and speak its protocol. The spawner starts it.',
    options: [],
    examples: [['Claude Code', 'host claude ~/.orchestrator/host.json']],
  },
  {
    path: ['start'],
    audience: 'operator',
    summary: 'Run the whole system: NATS, spawner, projections, and a chat. `npm start` is this.',
    details:
      'In a terminal it opens a chat; with a pipe each line is a message; otherwise it serves until it is interrupted.',
    options: [
      {
        flags: '--keep-agents',
        what: 'Leave the agents running at the end; the next start goes on with them.',
      },
      {
        flags: '--agent',
        value: 'kind',
        what: 'The kind of agent that users get; unset: ORCHESTRATOR_AGENT.',
      },
      {
        flags: '--project',
        value: 'folder',
        what: 'A repository in which the agents of this chat work, each in a clone and on a branch of its own.',
      },
    ],
    examples: [
      ['Run it', 'start'],
      ['With Claude', 'start --agent claude'],
      ['In the repository that you are in', 'start --project .'],
      ['Leave the agents running at the end', 'start --keep-agents'],
    ],
  },
  {
    path: ['init'],
    audience: 'operator',
    summary: 'Set the system up: asks what is needed, checks it, and writes the settings.',
    details:
      'Writes `.env` of the checkout (mode 0600), or `orchestrator/env` in your configuration where it was installed; lines that are none of its own stay. It may be called again. Without a terminal it asks nothing: what is wanted are options, and keys and the token of the bot are taken from the environment. Ends with `doctor`.',
    options: [
      { flags: '--agent', value: 'kind', what: 'The kind of agent that users get.' },
      { flags: '--model', value: 'model', what: 'The model of that kind.' },
      {
        flags: '--permissions',
        value: 'policy',
        what: 'What its agents may do without asking: allow, ask, deny, ask:<patterns>.',
      },
      { flags: '--runtime', value: 'place', what: 'Where agents run: auto, docker or local.' },
      {
        flags: '--set',
        value: 'NAME=value',
        what: 'Any other setting, such as ORCHESTRATOR_AGENT_TTL=8h; may be given again.',
      },
      {
        flags: '--allow',
        value: 'ids',
        what: 'Telegram ids that may talk to the bot; unset in a terminal: by a pairing code.',
      },
      { flags: '--file', value: 'file', what: 'Where the settings are written.' },
      { flags: '--yes,-y', what: 'Ask nothing.' },
      timeout('How long to wait for somebody who pairs; 5m.'),
    ],
    examples: [
      ['Be asked', 'init'],
      ['Without a terminal', 'init --yes --agent claude --allow 123456789'],
    ],
  },
  {
    path: ['login'],
    audience: 'operator',
    takes: ['kind'],
    summary: 'Give agents of a kind a login: a copy of your own CLI’s, or a file of it.',
    options: [
      { flags: '--file', value: 'path', what: 'The file of the login; `-` is stdin.' },
      JSON_OPTION,
    ],
    examples: [
      ['That of your own CLI', 'login claude'],
      ['A file', 'login codex --file auth.json'],
    ],
  },
  {
    path: ['service', 'install'],
    audience: 'operator',
    summary: 'Have systemd run the system, from now on and after each start of the machine.',
    details:
      'Without --system it is a unit of your own user, which runs while you are logged in, or always where `loginctl enable-linger` says so.',
    options: [
      { flags: '--system', what: 'A unit of the machine, which runs as you; needs root.' },
      { flags: '--user', value: 'name', what: 'As whom a unit of the machine runs; unset: you.' },
      { flags: '--print', what: 'Print the unit, and install nothing.' },
    ],
    examples: [
      ['For yourself', 'service install'],
      ['For the machine', 'service install --system --user ada'],
    ],
  },
  {
    path: ['service', 'status'],
    audience: 'operator',
    summary: 'Show how the service of systemd is.',
    options: [{ flags: '--system', what: 'The one of the machine.' }],
    examples: [['Show it', 'service status']],
  },
  {
    path: ['service', 'uninstall'],
    audience: 'operator',
    summary: 'Stop the service and remove its unit; data and agents’ homes stay.',
    options: [{ flags: '--system', what: 'The one of the machine.' }],
    examples: [['Remove it', 'service uninstall']],
  },
  {
    path: ['init', 'nats'],
    audience: 'operator',
    summary: 'Make the keys and the configuration of a nats-server that runs by itself.',
    details:
      'Keys are made once, in `auth/` below ORCHESTRATOR_DATA_DIR, and kept: agents that live hold credentials made with them. The configuration has no secret in it, but for the password of a cluster’s routes. It may be called at every start. With --route the server is one of a cluster: one file serves all, each server has a name of its own in NATS_SERVER_NAME.',
    options: [
      { flags: '--config', value: 'file', what: 'Where the configuration is written; required.' },
      { flags: '--store', value: 'folder', what: 'Where the server keeps streams; /data.' },
      { flags: '--host', value: 'address', what: 'The address that it listens on; 127.0.0.1.' },
      { flags: '--port', value: 'port', what: 'The port that it listens on; 4222.' },
      {
        flags: '--route',
        value: 'host:port',
        what: 'A server of the cluster, as the others reach it; once for each. None: a single server.',
      },
      {
        flags: '--cluster-port',
        value: 'port',
        what: 'The port on which the other servers of the cluster reach it; 6222.',
      },
      {
        flags: '--name',
        value: 'name',
        what: 'Its name; orchestrator, in a cluster what NATS_SERVER_NAME is in its environment.',
      },
      { flags: '--monitor', value: 'port', what: 'Port of its /healthz, on 127.0.0.1; none.' },
      { flags: '--services', value: 'folder', what: 'Gets a copy of the credentials of services.' },
      { flags: '--spawner', value: 'folder', what: 'Gets that, and the seed for agents too.' },
      JSON_OPTION,
    ],
    examples: [
      ['A server on this machine', 'init nats --config /etc/nats/nats.conf --store /var/lib/nats'],
      [
        'Three servers',
        'init nats --config nats.conf --host 0.0.0.0 --route nats-1:6222 --route nats-2:6222 --route nats-3:6222',
      ],
      ['Credentials for services elsewhere', 'init nats --config nats.conf --services ./share'],
    ],
  },
  {
    path: ['init', 'streams'],
    audience: 'operator',
    summary: 'Make the streams on a nats-server that runs by itself, or bring them up to date.',
    options: SYSTEM_OPTIONS,
    examples: [['Make them', 'init streams']],
  },
  {
    path: ['chat'],
    audience: 'operator',
    summary: 'Talk to your agent in the running system.',
    options: [
      { flags: '--agent', value: 'agent', what: 'This agent, by id or name, instead of your own.' },
      {
        flags: '--project',
        value: 'project',
        what: 'An agent of yours that works in it: a name, an id, or a path below one of the roots.',
      },
      ...SYSTEM_OPTIONS,
    ],
    examples: [
      ['Talk', 'chat'],
      ['Talk to an agent in your project', 'chat --project shop'],
      ['Talk to a certain agent', 'chat --agent agent-0123456789ab'],
    ],
  },
  {
    path: ['agents'],
    audience: 'operator',
    summary: 'List the agents and what they do.',
    options: [
      { flags: '--all,-a', what: 'Also those that have ended, however long ago.' },
      { flags: '--kind', value: 'kind', what: 'Only those of this kind.' },
      {
        flags: '--owner',
        value: 'person',
        what: 'Only those of this person: <channel>/<user id>.',
      },
      ...SYSTEM_OPTIONS,
    ],
    examples: [
      ['Those that live', 'agents'],
      ['Also those that have ended', 'agents --all'],
      ['What somebody in Telegram has', 'agents --owner telegram/1001'],
    ],
  },
  {
    path: ['create'],
    audience: 'operator',
    summary: 'Create an agent. Prints its id.',
    options: [
      {
        flags: '--kind',
        value: 'kind',
        what: 'A kind of agent, as ORCHESTRATOR_AGENT takes it; unset: what that says.',
      },
      { flags: '--ttl', value: 'duration', what: 'Its life time; unset: ORCHESTRATOR_AGENT_TTL.' },
      { flags: '--command', value: 'text', what: 'The command line of a line or acp agent.' },
      {
        flags: '--name',
        value: 'name',
        what: 'What it is called; unset: its kind, with a number where that is taken.',
      },
      {
        flags: '--model',
        value: 'model',
        what: 'Its model; unset: ORCHESTRATOR_<KIND>_MODEL, or the one of its CLI.',
      },
      {
        flags: '--effort',
        value: 'effort',
        what: 'How hard its model is to think; unset: ORCHESTRATOR_<KIND>_EFFORT.',
      },
      {
        flags: '--owner',
        value: 'person',
        what: 'Whose it is: <channel>/<user id>, who talks to it from now on.',
      },
      {
        flags: '--project',
        value: 'project',
        what: 'The project that it works in, by id or name: in a clone and on a branch of its own.',
      },
      { flags: '--branch', value: 'branch', what: 'Its branch; unset: orchestrator/<agent id>.' },
      {
        flags: '--in-place',
        what: 'It works in the project’s own folder: no clone, no branch of its own.',
      },
      WAIT,
      ...SYSTEM_OPTIONS,
    ],
    examples: [
      ['The demo agent', 'create'],
      ['One with a model', 'create --kind codex --model gpt-5.4 --effort high'],
      ['In a project', 'create --kind claude --project shop --owner telegram/123456789'],
      ['One with a name, for somebody', 'create --name shop --owner telegram/123456789'],
      [
        'Any program',
        'create --kind line --command \'while read -r m; do orchestrator answer "$m"; done\'',
      ],
    ],
  },
  {
    path: ['fork'],
    audience: 'operator',
    summary:
      'Create an agent that knows what another one knew at the end of a turn, and has its files. Prints its id.',
    details:
      'It knows it by the session of its CLI up to there, where it is of the same kind and on the same machine (Claude Code, Codex), else by a digest of what was said, its first message; it says which, and knows nothing that came later. Its files are those that the project has kept of that turn, in a clone and on a branch of its own; without a project its folder is empty. Nothing is done to the other agent, which may have ended, and may have been deleted.',
    options: [
      {
        flags: '--at',
        value: 'turn',
        what: 'A turn, or a message or answer of it, by id, number or link; unset: the last turn that is over.',
      },
      { flags: '--kind', value: 'kind', what: 'A kind of agent; unset: that of the other one.' },
      {
        flags: '--name',
        value: 'name',
        what: 'What it is called; unset: its kind, with a number where that is taken.',
      },
      {
        flags: '--model',
        value: 'model',
        what: 'Its model; unset: that of the other one, where its kind is the same.',
      },
      { flags: '--effort', value: 'effort', what: 'How hard its model is to think; the same.' },
      {
        flags: '--owner',
        value: 'person',
        what: 'Whose it is: <channel>/<user id>, who talks to it from now on; unset: nobody’s.',
      },
      {
        flags: '--id',
        value: 'id',
        what: 'Your own id for this: a repeat makes no second agent.',
      },
      WAIT,
      ...SYSTEM_OPTIONS,
    ],
    examples: [
      ['As of its last turn', 'fork mender'],
      ['As of a turn, as another kind', 'fork mender --at turn-0123456789ab --kind codex'],
      ['For somebody', 'fork mender --owner telegram/123456789'],
    ],
  },
  {
    path: ['rewind'],
    audience: 'operator',
    summary:
      'Have an idle agent be as it was at the end of a turn: what it remembers, its files, or both.',
    details:
      'The conversation: its process is started anew with the session of its CLI up to there (Claude Code, Codex), else with a digest of what was said. The files: those of its project and its branch, as the snapshot of that turn has them; refused over changes that no snapshot has. What was said and done outside since is listed: it is not undone. The turns stay in the log.',
    options: [
      {
        flags: '--to',
        value: 'turn',
        what: 'A turn that is over, or a message or answer of it, by id, number or link.',
      },
      { flags: '--conversation', what: 'What it remembers.' },
      { flags: '--files', what: 'The files of its project.' },
      WAIT,
      ...SYSTEM_OPTIONS,
    ],
    examples: [
      ['Both', 'rewind mender --to turn-0123456789ab --conversation --files'],
      ['What it remembers', 'rewind mender --to turn-0123456789ab --conversation'],
    ],
  },
  {
    path: ['what-if'],
    audience: 'operator',
    summary:
      'Run one turn of an agent otherwise, with nothing outside of it, and show what would have become of it.',
    details:
      'A fork of the agent as it was before that turn gets another message, or the same one as another kind or model. Whatever it asks of a tool or of the user is answered by what is recorded of that turn, or refused; its container has no network but to its model. With its turn it ends and is deleted, and its log stays. The exit code says whether it ran.',
    options: [
      {
        flags: '--at',
        value: 'turn',
        what: 'The turn that is run otherwise: itself, or a message or answer of it, by id, number or link; unset: the last turn that is over.',
      },
      { flags: '--say', value: 'text', what: 'What it is told; unset: what it was told then.' },
      { flags: '--kind', value: 'kind', what: 'A kind of agent; unset: that of the other one.' },
      {
        flags: '--model',
        value: 'model',
        what: 'Its model; unset: that of the other one, where its kind is the same.',
      },
      { flags: '--effort', value: 'effort', what: 'How hard its model is to think; the same.' },
      {
        flags: '--without-isolation',
        what: 'Run it where agents are processes of the machine, too: it may reach the network and what your user may.',
      },
      { flags: '--diff', what: 'Show what each of the two turns changed, whole.' },
      { flags: '--show', what: 'Show one that has been run: the agent is its own.' },
      {
        flags: '--id',
        value: 'id',
        what: 'Your own id for this: a repeat makes no second agent.',
      },
      WAIT,
      ...SYSTEM_OPTIONS,
    ],
    examples: [
      ['With another message', 'what-if mender --at turn-0123456789ab --say "Use SQLite"'],
      ['With another model', 'what-if mender --model opus --diff'],
      ['Once more', 'what-if agent-0123456789ab --show'],
    ],
  },
  {
    path: ['send'],
    audience: 'operator',
    takes: ['agent', 'text'],
    summary: 'Send a message to an agent, which is named by its id or its name.',
    options: [
      { flags: '--wait', what: 'Print the answers; end with the turn.' },
      { flags: '--answers', value: 'id', what: 'The waiting question that it answers.' },
      {
        flags: '--mode',
        value: 'mode',
        what: 'What it does while a turn runs: `join` it, so that one answer may serve several messages, `wait` for its end, or `interrupt` it; unset: ORCHESTRATOR_MESSAGE_MODE, which is `join`.',
      },
      ...SYSTEM_OPTIONS,
    ],
    examples: [
      ['Send', 'send agent-0123456789ab "hello"'],
      ['To one by its name', 'send shop "hello"'],
      ['Wait for the answer and print it', 'send agent-0123456789ab --wait "hello"'],
      ['An answer of its own', 'send agent-0123456789ab --mode wait "and this"'],
      ['From stdin', 'send agent-0123456789ab - < task.md'],
    ],
  },
  {
    path: ['interrupt'],
    audience: 'operator',
    summary: 'Interrupt what an agent is doing (SIGINT).',
    options: [WAIT, ...SYSTEM_OPTIONS],
    examples: [['Interrupt', 'interrupt agent-0123456789ab']],
  },
  {
    path: ['stop'],
    audience: 'operator',
    summary: 'Stop an agent: stdin closed, then SIGTERM, then SIGKILL.',
    options: [WAIT, ...SYSTEM_OPTIONS],
    examples: [['Stop', 'stop agent-0123456789ab']],
  },
  {
    path: ['resume'],
    audience: 'operator',
    summary: 'Let an agent that has ended go on: with its files, its branch and what was said.',
    details:
      'Its CLI takes up its session; a kind that has none begins with a digest of what was said. One that lives goes on as it is. Its files are kept for ORCHESTRATOR_HOME_RETENTION.',
    options: [WAIT, ...SYSTEM_OPTIONS],
    examples: [['Go on', 'resume agent-0123456789ab']],
  },
  {
    path: ['delete'],
    audience: 'operator',
    summary: 'Stop an agent and forget it. Its files are removed.',
    options: [WAIT, ...SYSTEM_OPTIONS],
    examples: [['Delete', 'delete agent-0123456789ab']],
  },
  {
    path: ['extend'],
    audience: 'operator',
    summary: 'Give an agent a longer life, counted from now.',
    options: [
      { flags: '--ttl', value: 'duration', what: 'Its life time, counted from now; 2h.' },
      WAIT,
      ...SYSTEM_OPTIONS,
    ],
    examples: [['Four hours', 'extend agent-0123456789ab --ttl 4h']],
  },
  {
    path: ['logs'],
    audience: 'operator',
    summary: 'Show what an agent printed.',
    options: [
      FOLLOW,
      { flags: '--lines,-n', value: 'number', what: 'How many of the last lines; 100.' },
      ...SYSTEM_OPTIONS,
    ],
    examples: [
      ['The last 100 lines', 'logs agent-0123456789ab'],
      ['The last 10, and what follows', 'logs -f -n 10 agent-0123456789ab'],
    ],
  },
  {
    path: ['events'],
    audience: 'operator',
    summary: 'Show everything that happened, in order.',
    options: [
      FOLLOW,
      {
        flags: '--from',
        value: 'where',
        what: 'A sequence, an instant (2026-01-04T15:30:45Z), or how long ago (10m).',
      },
      { flags: '--agent', value: 'agent', what: 'Only of this agent, by id or name.' },
      { flags: '--type', value: 'prefix', what: 'Only types that begin so: turn, turn.failed.' },
      ...SYSTEM_OPTIONS,
    ],
    examples: [
      ['From the beginning', 'events'],
      ['As it happens', 'events -f'],
      ['The last ten minutes of one agent', 'events --from 10m --agent agent-0123456789ab'],
      ['One type, for a program', 'events --type turn.failed --json'],
    ],
  },
  {
    path: ['state'],
    audience: 'operator',
    summary: 'Show what the system knew at any place of the log, or all that it knew of one thing.',
    details:
      'Of an agent, a project or a job by its id or name, or of a person as <channel>/<user id>. It is folded from the log, from the nearest state that the projections have marked in this data folder.',
    options: [AT, ...SYSTEM_OPTIONS],
    examples: [
      ['Now', 'state'],
      ['An hour ago', 'state --at 1h'],
      ['An agent, right after an event', 'state --at 4711 mender'],
    ],
  },
  {
    path: ['timeline'],
    audience: 'operator',
    summary:
      'Show what became of a message, from its arrival to its receipt, and what it waited for.',
    details:
      'It is found by the id or place of the message or of anything that came of it: a turn, an answer, a call, a job, a delivery; by the number of its update of Telegram; or by the link of a message in Telegram, the person’s or the bot’s (of a chat without links: telegram/<chat>/<message>).',
    options: SYSTEM_OPTIONS,
    examples: [
      ['Of a message that was sent', 'timeline cmd-0b2f…'],
      ['Of a turn', 'timeline turn-0123456789ab'],
      ['Of a message in a group', 'timeline https://t.me/c/1234567890/42'],
    ],
  },
  {
    path: ['why'],
    audience: 'operator',
    summary:
      'Show what was decided for a turn, and why: why it was opened, reminded, ended, failed.',
    details:
      'It is decided anew, from what the log says of the agent. `orchestrator timeline <message>` names the turn of a message.',
    options: SYSTEM_OPTIONS,
    examples: [['Of a turn that failed', 'why turn-0123456789ab']],
  },
  {
    path: ['diff'],
    audience: 'operator',
    summary:
      'Show what changed between two places of the log, property by property, and which event changed it.',
    details:
      'With --json it is a JSON patch (RFC 6902): made on the state of the first place it gives the state of the second.',
    options: [
      { flags: '--from', value: 'place', what: `The last event that counts for before: ${PLACE}.` },
      { flags: '--to', value: 'place', what: 'The same for after; the last of all without.' },
      ...SYSTEM_OPTIONS,
    ],
    examples: [
      ['Of an agent, in the last ten minutes', 'diff --from 10m mender'],
      ['Of everything, by one event', 'diff --from 4710 --to 4711'],
    ],
  },
  {
    path: ['judge'],
    audience: 'operator',
    summary:
      'Decide anew, by this version, what the log says was decided, and show where something else would be.',
    details:
      'Nothing is stored and nothing is done. What only the outside knew, such as an exit code, is taken from the events. Exit code 1 where something differs.',
    options: [
      { flags: '--from', value: 'place', what: `The first event that is judged: ${PLACE}.` },
      {
        flags: '--to',
        value: 'place',
        what: 'The last one, in the same ways; the last of all without.',
      },
      ...SYSTEM_OPTIONS,
    ],
    examples: [
      ['The whole log, before an upgrade', 'judge'],
      ['Since yesterday', 'judge --from 24h'],
    ],
  },
  {
    path: ['history'],
    audience: 'operator',
    summary:
      'Search what was said, called and printed: messages, answers, tool calls and their results, output.',
    details: 'In the order of time, the last at the end. Of output, what is still kept.',
    options: [
      { flags: '--grep', value: 'text', what: 'What has this in it, in upper or lower case.' },
      { flags: '--agent', value: 'agent', what: 'Only of this agent, by id or name.' },
      { flags: '--from', value: 'place', what: `The first event: ${PLACE}.` },
      { flags: '--to', value: 'place', what: 'The last one, in the same ways.' },
      { flags: '--lines,-n', value: 'number', what: 'So many of the last; all without.' },
      {
        flags: '--mine',
        what: 'For an agent: what it was told, and what it has said, called and printed; the last 500.',
      },
      ...SYSTEM_OPTIONS,
    ],
    examples: [
      ['Where a word was said', 'history --grep invoice'],
      ['An agent’s own, after it has forgotten', 'history --mine --grep invoice'],
      ['The last twenty of one agent, today', 'history --agent mender --from 24h -n 20'],
    ],
  },
  {
    path: ['replay'],
    audience: 'operator',
    summary: 'Show what happened as it came: the conversation, output and facts, in their time.',
    details:
      'Nothing is done again: the log is read. No wait is longer than five seconds. In a terminal: space pauses, Enter steps, j jumps a minute, + and - change the speed, q quits.',
    options: [
      { flags: '--from', value: 'place', what: `The first event: ${PLACE}.` },
      {
        flags: '--to',
        value: 'place',
        what: 'The last one, in the same ways; the last of all without.',
      },
      {
        flags: '--speed',
        value: 'speed',
        what: 'How much faster than it came: 10x, 0.5x, or max; 1x.',
      },
      { flags: '--step', what: 'Stand still after each; Enter shows the next.' },
      {
        flags: '--into',
        value: 'url',
        what: 'Publish it to this NATS as well, which may have no system of its own.',
      },
      ...SYSTEM_OPTIONS,
    ],
    examples: [
      ['The last hour of one agent, ten times as fast', 'replay --from 1h --speed 10x mender'],
      ['Event by event', 'replay --from 4711 --step'],
      ['For a program that listens elsewhere', 'replay --from 1h --into nats://127.0.0.1:4333'],
    ],
  },
  {
    path: ['server', 'list'],
    audience: 'operator',
    summary:
      'List the servers of `servers.json`, on which agents may have something done (`infra`).',
    options: [JSON_OPTION],
    examples: [['List them', 'server list']],
  },
  {
    path: ['worker', 'credential'],
    audience: 'operator',
    summary: 'Make a credential for the workers of a declared tool, in a file of its own (0600).',
    details:
      'Whoever has it may take orders of this tool, and say what becomes of them. It is made where the keys are: in the data folder of a spawner.',
    options: [
      { flags: '--ttl', value: 'duration', what: 'How long it counts; 2160h (90 days) without.' },
      ...SYSTEM_OPTIONS,
    ],
    examples: [['For a tool `ship`', 'worker credential ship ./ship.creds']],
  },
  {
    path: ['worker', 'list'],
    audience: 'operator',
    summary: 'List the credentials of workers, and what was revoked.',
    options: SYSTEM_OPTIONS,
    examples: [['List them', 'worker list']],
  },
  {
    path: ['worker', 'revoke'],
    audience: 'operator',
    summary: 'Take a worker’s credential away; its connections are closed.',
    options: SYSTEM_OPTIONS,
    examples: [['One of the list', 'worker revoke worker-0123456789ab']],
  },
  {
    path: ['nodes'],
    audience: 'operator',
    summary: 'List the spawners: what each does, where its agents run, and who holds its name.',
    options: SYSTEM_OPTIONS,
    examples: [['List them', 'nodes']],
  },
  {
    path: ['token', 'create'],
    audience: 'operator',
    summary: 'Make a token of the HTTP API, and print it. It is shown once.',
    details: 'From the first one on the API wants a token on loopback, too, until all are revoked.',
    options: [
      {
        flags: '--scope',
        value: 'scope',
        what: 'What it may do: read, chat, operate or admin, each with what those before it may; read.',
      },
      {
        flags: '--agent',
        value: 'agent',
        what: 'Instead of a scope: it speaks as this agent (`POST /tools/answer`), and does nothing else.',
      },
      { flags: '--ttl', value: 'duration', what: 'How long; unset: until it is revoked.' },
      ...SYSTEM_OPTIONS,
    ],
    examples: [
      ['For a program that sends messages', 'token create ci --scope chat --ttl 720h'],
      ['For a script that answers as an agent', 'token create script --agent mender'],
    ],
  },
  {
    path: ['token', 'list'],
    audience: 'operator',
    summary: 'List the tokens of the HTTP API, without what opens it.',
    options: SYSTEM_OPTIONS,
    examples: [['All that ever were', 'token list']],
  },
  {
    path: ['token', 'revoke'],
    audience: 'operator',
    summary: 'Let a token open nothing from now on.',
    options: SYSTEM_OPTIONS,
    examples: [['By its id', 'token revoke tok-0123456789ab']],
  },
  {
    path: ['drain'],
    audience: 'operator',
    summary: 'Empty a spawner before it is stopped, and say when it may be.',
    details:
      'It takes no new agents, running turns end, and idle agents go to another spawner of the same place, where there is one; else they stay and live on without it. It stays so, also after a restart, until `--off`.',
    options: [
      { flags: '--off', what: 'It takes agents again.' },
      { flags: '--wait', what: 'Wait until it is drained (--no-wait: do not).' },
      ...SYSTEM_OPTIONS,
    ],
    examples: [
      ['Before an upgrade', 'drain node-1a2b3c4d-main'],
      ['After it', 'drain --off node-1a2b3c4d-main'],
    ],
  },
  {
    path: ['projects'],
    audience: 'operator',
    summary: 'List all projects.',
    options: SYSTEM_OPTIONS,
    examples: [['List them', 'projects']],
  },
  {
    path: ['archive'],
    audience: 'operator',
    summary:
      'List the files of the archive of the log; with --before, move old events into it first.',
    details:
      'What is archived is read as if it still stood in the log. The last 48 hours stay in the log, whatever is asked for.',
    options: [
      {
        flags: '--before',
        value: 'time',
        what: 'Archive what is older: an age such as 90d, or an instant such as 2026-01-04T15:30:45Z.',
      },
      ...SYSTEM_OPTIONS,
    ],
    examples: [
      ['What is archived', 'archive'],
      ['Archive what is older than 90 days', 'archive --before 90d'],
    ],
  },
  {
    path: ['traces'],
    audience: 'operator',
    summary:
      'Send traces of what is in the log to an OpenTelemetry collector, such as those of last week.',
    details:
      'What ended in that part is sent to OTEL_EXPORTER_OTLP_ENDPOINT, under the same ids however often it is sent. With --json it is shown, a span a line, and sent nowhere.',
    options: [
      {
        flags: '--from',
        value: 'where',
        what: 'A sequence, an instant (2026-01-04T15:30:45Z), or how long ago (7d).',
      },
      {
        flags: '--to',
        value: 'where',
        what: 'The end of it, in the same ways; the end of the log without.',
      },
      ...SYSTEM_OPTIONS,
    ],
    examples: [
      ['Send those of last week', 'traces --from 7d'],
      ['Look at those of a part of the log', 'traces --from 4711 --to 4800 --json'],
    ],
  },
  {
    path: ['receipt'],
    audience: 'operator',
    summary:
      'Write what proves what became of a message: each step as the log has it, in order, sealed and signed.',
    details:
      'As of the log’s end at the call. The message is found as by `orchestrator timeline`. What the person and the agent said is in it; who has it needs no server to verify it (docs/receipts.md).',
    options: [
      {
        flags: '--output,-o',
        value: 'file',
        what: 'The file; - for stdout. Named by the message in this folder without.',
      },
      ...SYSTEM_OPTIONS,
    ],
    examples: [
      ['Of a message that was sent', 'receipt cmd-0b2f… -o receipt.json'],
      ['Of a message in a group', 'receipt https://t.me/c/1234567890/42'],
    ],
  },
  {
    path: ['verify'],
    audience: 'operator',
    summary:
      'Fold the log from zero and compare the state with the one that is served, and the log with its seals; or verify an export or a receipt, without a server.',
    details:
      'Of an export: every byte, every hash, every count, and the state that its events fold to. Of a receipt: every signature, every seal, and each step in its place. The first thing that is wrong is told, and where.',
    options: [
      {
        flags: '--key',
        value: 'key',
        what: 'The key that a receipt must be by, as `orchestrator verify` shows it; any without.',
      },
      ...SYSTEM_OPTIONS,
    ],
    examples: [
      ['Compare', 'verify'],
      ['An export', 'verify system.tar.gz'],
      ['A receipt', 'verify receipt.json --key 5nxFd4ks…'],
    ],
  },
  {
    path: ['export'],
    audience: 'operator',
    summary:
      'Write what the system is into one file: events, output, files, projects, and the sessions of the agents’ CLIs.',
    details:
      'As of the log’s end at the call; the system goes on meanwhile. Projects and sessions are those of this machine’s data folder. Keys and logins are never among it. Under its name there is the whole file or none.',
    options: [
      { flags: '--agent', value: 'agent', what: 'Only what is this agent’s, by its id or name.' },
      {
        flags: '--user',
        value: 'person',
        what: 'Only what is this person’s: <channel>/<user id>.',
      },
      { flags: '--from', value: 'place', what: `The first event: ${PLACE}.` },
      {
        flags: '--to',
        value: 'place',
        what: 'The last one, in the same ways; the last of all without.',
      },
      {
        flags: '--redact',
        what: 'Replace names and texts by stand-ins, to report a fault; leave out what files have.',
      },
      {
        flags: '--output,-o',
        value: 'file',
        what: 'The file; - for stdout. Named by the time in this folder without.',
      },
      ...SYSTEM_OPTIONS,
    ],
    examples: [
      ['All of it', 'export -o system.tar.gz'],
      [
        'What an agent did in the last hour, to be shown to others',
        'export --agent mender --from 1h --redact',
      ],
      ['To another machine', 'export -o - | ssh elsewhere "cat > system.tar.gz"'],
    ],
  },
  {
    path: ['import'],
    audience: 'operator',
    summary: 'Make the system of an export, where there is none yet.',
    details:
      'It is verified before anything is stored, and there is a system when all of it is there, or none: an import that was killed is begun again. Into the data folder of the settings and its own NATS, or the one that the settings name; no service may run meanwhile. Says of each agent with what it can be gone on with (`orchestrator resume`). With `--new-ids` into a system that runs: each agent of the file becomes a new one, a fork of what it was, and nothing else is taken.',
    options: [
      {
        flags: '--new-ids',
        what: 'Into a running system that has agents of its own: new agents that know by a digest what those of the file knew.',
      },
      {
        flags: '--owner',
        value: 'channel/id',
        what: 'With --new-ids: whose they are; unset: nobody’s.',
      },
      JSON_OPTION,
    ],
    examples: [
      ['On another machine, before the first `npm start`', 'import system.tar.gz'],
      ['Into a system that runs', 'import --new-ids system.tar.gz'],
    ],
  },
  {
    path: ['erase'],
    audience: 'operator',
    summary:
      'Forget a person: remove what is theirs from the log and from all beside it; its seals hold.',
    details:
      'Agents, messages, answers, output, files, jobs and projects of the person, wherever they stand, with the salts of their seals; the log says which of its places are empty since then, and not whose they were. The system is stopped, and its agents have ended; only its NATS runs, which the command starts where it is the embedded one. Killed at any moment, the same once more comes to the same end; until then nothing starts. What it does not reach is told (docs/erase.md).',
    options: [
      { flags: '--dry-run', what: 'Say what there is, and erase nothing.' },
      { flags: '--yes,-y', what: 'Ask nothing.' },
      {
        flags: '--shared',
        value: 'erase|keep',
        what: 'Agents of others to which the person wrote: erase them whole, or keep them with what was written there.',
      },
      JSON_OPTION,
    ],
    examples: [
      ['What there is of a person', 'erase telegram/123456789 --dry-run'],
      ['Without a question', 'erase telegram/123456789 --yes'],
    ],
  },
  {
    path: ['health'],
    audience: 'operator',
    summary: 'Ask the services how they are; exit code 0 when all is well. For health checks.',
    details: 'With names, only these services are asked for.',
    options: [JSON_OPTION, timeout('How long to wait for an answer; 5s.')],
    examples: [
      ['All that the settings call for', 'health'],
      ['One of them', 'health spawner'],
    ],
  },
  {
    path: ['doctor'],
    audience: 'operator',
    summary: 'Check everything that the system needs, and say how to get what is missing.',
    options: [JSON_OPTION, timeout('How long to wait for the system; 5s.')],
    examples: [['Check', 'doctor']],
  },
] as const satisfies readonly CommandEntry[];

/** A command as it is typed: `project create`. */
export type CommandName = JoinPath<(typeof COMMAND_TABLE)[number]['path']>;

type JoinPath<P extends readonly string[]> = P extends readonly [
  infer A extends string,
  infer B extends string,
]
  ? `${A} ${B}`
  : P extends readonly [infer A extends string]
    ? A
    : never;

export function commandEntry(name: CommandName): CommandEntry {
  const entry = COMMAND_TABLE.find(({ path }) => path.join(' ') === name);
  if (entry === undefined) throw new Error(`no command ${name}`);
  return entry;
}

/** An option of a command by its names. */
export function commandOption(name: CommandName, flags: string): CommandOption {
  const option = commandEntry(name).options.find((one) => one.flags === flags);
  if (option === undefined) throw new Error(`${name} has no option ${flags}`);
  return option;
}
