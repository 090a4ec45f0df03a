import { NO_AGENT_NAME } from '../../schemas/agent-name.ts';
import { englishCures } from './cures.ts';
import type { Words } from './words.ts';

export const english: Words = {
  commands: {
    help: 'What I can do',
    status: 'What your agent is doing',
    new: 'Start a new agent',
    resume: 'Your earlier conversations, and going on with one',
    rewind: 'Have the agent be as it was at the message you reply to',
    fork: 'A new agent that goes on from the message you reply to',
    agents: 'Your agents, and switching between them',
    model: 'The agent’s model, and a new agent with another one',
    jobs: 'What runs for you, and what came of it',
    projects: 'Your projects, and which one new agents begin in',
    project: 'Begin new agents in a project: /project shop; none: /project -',
    diff: 'What the agent’s last turn changed; everything: /diff all',
    undo: 'Take back what the agent’s last turn did to its files',
    mode: 'What a message does while the agent works: join, wait, interrupt',
    logs: 'The last lines that the agent printed',
    search: 'Find what was said here',
    interrupt: 'Interrupt what the agent does',
    stop: 'Stop the agent',
    extend: 'Give the agent a longer life',
    users: 'Who may talk to me',
    pair: 'A code that lets somebody in, once',
    allow: 'Let somebody talk to me',
    deny: 'Let somebody talk to me no more',
    broadcast: 'Say something to everybody',
  },
  welcome:
    'Hello! Write what you want to have done, and your agent gets to work. Files and photos land in its workspace.\n\n/help shows everything else.',
  help: (lines) => `**What I can do**\n\n${lines}`,
  perhapsRepeated: '🔁 Perhaps a repeat:',
  otherAgent: (name) => `[${name}]`,
  failed: (reason, cure) => `⚠️ ${reason}. ${cure}`,
  notTaken: (reason, cure) => `⚠️ Your message was not taken: ${reason}. ${cure}`,
  cures: englishCures,
  tellOperator: 'Tell whoever runs this bot.',
  goesOn: 'I was restarted; your agent goes on with your request.',
  joinedAnswer: (count) =>
    `↑ One answer to ${count} messages: what you send while the agent works joins its work. /mode changes that.`,
  newAgent: (previous) =>
    `🆕 ${previous} has ended; a new agent takes this message and does not know what was before.`,
  resumed: (name) => `▶️ ${name} goes on where it left off. /new begins anew.`,
  digestOnly:
    'It has its files, and a digest of what was said: an agent of its kind takes up no session.',
  homeDue: (day) =>
    `🗑 It ended long ago, and nobody has written to it since: its files are removed on ${day}. /resume goes on with it, and keeps them.`,
  resumeTitle: '**Earlier conversations** — press one to go on with it:',
  nothingToResume: 'There is no earlier conversation that could go on.',
  tooFast: (perMinute) =>
    `⏱ That is too fast: I take ${perMinute} messages a minute. What you send in this minute from here on is not taken.`,
  lastWords: '_The agent did not send this itself; it said last:_',
  notHandled: (reason) => `⚠️ I could not do that: ${reason}`,
  onlyText:
    'I understand text, files, photos, voice, video, stickers, places, contacts, polls and lists. This I cannot pass on.',
  nobodyKnown:
    'You write in the name of the group or of a channel, and I cannot know who you are. Write in your own name, and I hear you.',
  unknownCommand: (name) =>
    `I have no command /${name}; /help lists mine. If it is for your agent, send it with two slashes: \`//${name}\``,
  editedCommand: (name) => `I do not do edited commands. Send \`/${name}\` as a new message.`,
  fileNotFetched: (names) =>
    `⚠️ ${names} could not be fetched from Telegram (a bot gets files of up to 20 MB). Send it again, or a smaller one.`,
  filesArrived: (paths) =>
    paths.length === 1
      ? `The user sent a file. It is in your workspace: ${paths[0]}`
      : `The user sent ${paths.length} files. They are in your workspace:\n${paths.map((path) => `- ${path}`).join('\n')}`,
  filesMissing: (names) =>
    `A file that the user sent could not be fetched, and the user knows: ${names.join(', ')}`,
  inReplyTo: (name) => `In reply to ${name}:`,
  inReplyToBot: 'In reply to this message of the bot:',
  forwardedFrom: (name) => `Forwarded from ${name}:`,
  sent: {
    sticker: 'a sticker',
    location: 'a place',
    movingLocation: 'a place that moves; this is where it was first',
    contact: 'a contact',
    poll: 'a poll',
    quiz: 'a quiz',
    dice: 'a throw',
    checklist: 'a list',
  },
  fileNotSent: (name) => `⚠️ Telegram did not take the file ${name}.`,
  fileNotKept: (name) => `⚠️ The file ${name} is not kept any more.`,
  notShown: (reason) => `⚠️ A message for you could not be shown here: ${reason}.`,
  noAgent:
    'You have no agent at the moment. Your next message goes on with the last one, or starts one.',
  noSuchAgent: (name) => `You have no agent “${name}”; /agents lists yours.`,
  created: (name, kind) => `🆕 ${name} (${kind}) is starting; your messages go to it now.`,
  rewinding: (time, notUndone) => {
    const stays = notUndone.map((line) => `- ${line}`).join('\n');
    return `⏪ Going back to ${time}.${stays === '' ? '' : `\n\nNot undone by that:\n\n${stays}`}`;
  },
  forked: (name, from, { time, messages, memory, files }) => {
    const of = {
      'that-turn': 'It has the files of that turn.',
      earlier: 'It has the files of an earlier turn: of that one none were kept.',
    };
    const has = files === undefined ? 'It has an empty folder.' : of[files];
    const digest = `a digest of ${messages} messages`;
    const by = { session: 'its session up to there', digest };
    const how = memory === undefined ? `its session up to there, or ${digest}` : by[memory];
    return `🍴 ${name} is forked from ${from} at ${time}; by ${how}. ${has} Your messages go to it now; /agents leads back.`;
  },
  ofNoTurn:
    'That message belongs to no turn of an agent of yours. Reply with /fork or /rewind to one that you wrote to an agent, or that an agent wrote.',
  badName: `${NO_AGENT_NAME.replace(/^a/, 'A')}.`,
  nameTaken: (name) =>
    `You have an agent “${name}” already. Take another name, or \`/stop ${name}\`.`,
  unknownKind: (kind, kinds) => `There is no kind “${kind}”. Kinds: ${kinds}.`,
  modelIs: (model, kind) =>
    `Your agent’s model: **${model ?? `the default of ${kind}`}**. It keeps that; a button starts a new agent with another one, \`/agents\` leads back:`,
  noModels: (kind) => `An agent of the kind ${kind} has no model to choose.`,
  unknownModel: (model, known) => `“${model}” is no model that I know of this kind: ${known}.`,
  projectsTitle: '**Your projects** — press one to begin new agents in it:',
  noProjects: 'You have no projects. Your agent can make one; ask it, and name the repository.',
  noSuchProject: (name) => `You have no project “${name}” that is ready; /projects lists yours.`,
  projectChosen: (name) => `New agents begin in ${name} now: /new starts one.`,
  noProjectChosen: 'New agents begin in no project. /projects lists yours.',
  projectPhases: { fetching: 'being fetched', failed: 'not there', archived: 'archived' },
  inNoProject: 'Your agent works in no project: `/new claude shop` starts one that does.',
  noChanges: 'It has changed nothing.',
  diffCut: 'There is more than is shown here.',
  undone: (files) => `↩️ Taken back: files that changed: ${files}.`,
  agentsTitle: '**Your agents** — press one to talk to it:',
  switched: (name) => `Your messages go to ${name} now.`,
  jobs: {
    yes: 'Yes, run it',
    no: 'No',
    cancel: 'Cancel',
    asked: (tool) => `❓ May **${tool}** run?`,
    working: (tool) => `⚙️ **${tool}** is working`,
    completed: (tool) => `✅ **${tool}** is done`,
    failed: (tool) => `❌ **${tool}** failed`,
    cancelled: (tool) => `🚫 **${tool}** was cancelled`,
    title: 'Jobs, the last ones at the end:',
    none: 'There are no jobs.',
    cancelling: 'It is being cancelled.',
  },
  alreadyAnswered: 'That was answered already.',
  chosen: (choice) => `✅ ${choice}`,
  noQuestion: 'I do not know that question any more.',
  modeIs: (mode) => `While the agent works, your message will **${mode}**. Choose:`,
  modes: {
    join: 'join what it is doing',
    wait: 'wait until it is done',
    interrupt: 'interrupt what it is doing',
  },
  interrupting: '✋ Interrupting.',
  stopping: '⏹ Stopping.',
  extended: (ttl) => `⏳ Extended: ${ttl} from now.`,
  usage: (line) => `Usage: \`${line}\``,
  foundSaid: (shown, found) =>
    shown === found
      ? `Found ${found} (times are UTC):`
      : `The last ${shown} of ${found} (times are UTC):`,
  foundNothing: 'Nobody said that here.',
  noLogs: 'It has printed nothing so far.',
  status: {
    idle: 'idle',
    working: (since) => `working for ${since}`,
    phase: (phase) => phase,
    queued: (count) => `${count} waiting`,
    left: (ttl) => `${ttl} of life left`,
  },
  usersTitle: '**Who may talk to me**',
  knocked: '**Refused since the start**',
  allowed: (id) => `✅ ${id} may talk to me.`,
  pairingCode: (code, link, minutes) =>
    `🔑 Whoever sends me \`/pair ${code}\` in a private chat, or opens ${link}, may talk to me: one person, within ${minutes} minutes, unless I start anew.`,
  paired: (name, id) =>
    `✅ ${name} (\`${id}\`) may talk to me, by your code. Not who you meant? \`/deny ${id}\``,
  denied: (id) => `🚫 ${id} may talk to me no more.`,
  cannotDeny: 'Admins are set in the settings and cannot be shut out here.',
  broadcastSent: (count) => `📣 On the way to ${count}.`,
  adminsOnly: 'Only admins may do that.',
};
