import type { Cures } from './cures.ts';
import { english } from './english.ts';
import type { JobWords } from './job-words.ts';
import { russian } from './russian.ts';
import type { SentWords } from './sent-words.ts';

/** The commands of the bot, in the order of its menu. */
export const COMMANDS = [
  'help',
  'status',
  'new',
  'resume',
  'fork',
  'rewind',
  'agents',
  'model',
  'projects',
  'project',
  'diff',
  'undo',
  'jobs',
  'mode',
  'logs',
  'search',
  'interrupt',
  'stop',
  'extend',
] as const;

export const ADMIN_COMMANDS = ['users', 'pair', 'allow', 'deny', 'broadcast'] as const;

type CommandWords = Record<(typeof COMMANDS)[number] | (typeof ADMIN_COMMANDS)[number], string>;

/** All that the bot itself says, as Markdown, in one language. */
export interface Words {
  /** What each command does, for the menu. */
  commands: CommandWords;
  welcome: string;
  help: (lines: string) => string;
  /** Before a message that may have been delivered already. */
  perhapsRepeated: string;
  otherAgent: (name: string) => string;
  failed: (reason: string, cure: string) => string;
  notTaken: (reason: string, cure: string) => string;
  /** What to do about errors, by their code. */
  cures: Cures;
  /** The cure of what nobody in a chat can mend. */
  tellOperator: string;
  /** In the status line, when the system is back and the agent still works. */
  goesOn: string;
  /** Under an answer that serves several messages; shown once. */
  joinedAnswer: (count: number) => string;
  newAgent: (previous: string) => string;
  /** An agent that had ended takes up the conversation. */
  resumed: (name: string) => string;
  /** It has no memory of its own, only a digest of what was said. */
  digestOnly: string;
  /** Its files are removed on that day. */
  homeDue: (day: string) => string;
  resumeTitle: string;
  nothingToResume: string;
  tooFast: (perMinute: number) => string;
  /** Above what a CLI said last whose agent did not answer. */
  lastWords: string;
  notHandled: (reason: string) => string;
  onlyText: string;
  /** To one who writes as a channel or as the group. */
  nobodyKnown: string;
  unknownCommand: (name: string) => string;
  editedCommand: (name: string) => string;
  fileNotFetched: (names: string) => string;
  /** To the agent. */
  filesArrived: (paths: readonly string[]) => string;
  filesMissing: (names: readonly string[]) => string;
  /** To the agent, before a quotation. */
  inReplyTo: (name: string) => string;
  inReplyToBot: string;
  forwardedFrom: (name: string) => string;
  sent: SentWords;
  fileNotSent: (name: string) => string;
  fileNotKept: (name: string) => string;
  notShown: (reason: string) => string;
  noAgent: string;
  noSuchAgent: (name: string) => string;
  created: (name: string, kind: string) => string;
  /** An agent that goes on from a turn of another one; whose files it has, where it has any. */
  /** To a time; what the agent said and had done since stays so. */
  rewinding: (time: string, notUndone: readonly string[]) => string;
  forked: (
    name: string,
    from: string,
    what: {
      time: string;
      messages: number;
      /** By what it knows what was said; undefined where that is not stated yet. */
      memory: 'session' | 'digest' | undefined;
      files?: 'that-turn' | 'earlier' | undefined;
    },
  ) => string;
  /** What is replied to is nothing that an agent was told, or said. */
  ofNoTurn: string;
  badName: string;
  nameTaken: (name: string) => string;
  unknownKind: (kind: string, kinds: string) => string;
  /** `model`: undefined for the one of the settings or of its CLI. */
  modelIs: (model: string | undefined, kind: string) => string;
  noModels: (kind: string) => string;
  unknownModel: (model: string, known: string) => string;
  /** Over the list of a person's projects, and where there are none. */
  projectsTitle: string;
  noProjects: string;
  noSuchProject: (name: string) => string;
  /** New agents begin in this project; in none. */
  projectChosen: (name: string) => string;
  noProjectChosen: string;
  projectPhases: Record<'fetching' | 'failed' | 'archived', string>;
  /** The agent has no files that anybody keeps. */
  inNoProject: string;
  noChanges: string;
  diffCut: string;
  /** A turn's work is taken back: so many files have changed by that. */
  undone: (files: number) => string;
  jobs: JobWords;
  agentsTitle: string;
  switched: (name: string) => string;
  alreadyAnswered: string;
  chosen: (choice: string) => string;
  noQuestion: string;
  modeIs: (mode: string) => string;
  modes: Record<'join' | 'wait' | 'interrupt', string>;
  interrupting: string;
  stopping: string;
  extended: (ttl: string) => string;
  usage: (line: string) => string;
  noLogs: string;
  /** So many of what was found are shown. */
  foundSaid: (shown: number, found: number) => string;
  foundNothing: string;
  status: StatusWords;
  usersTitle: string;
  knocked: string;
  allowed: (id: string) => string;
  denied: (id: string) => string;
  pairingCode: (code: string, link: string, minutes: number) => string;
  paired: (name: string, id: string) => string;
  cannotDeny: string;
  broadcastSent: (count: number) => string;
  adminsOnly: string;
}

export interface StatusWords {
  idle: string;
  working: (since: string) => string;
  phase: (phase: string) => string;
  queued: (count: number) => string;
  left: (ttl: string) => string;
}

/** The words for a language tag: Russian where it is that, else English. */
export const wordsFor = (language: string | undefined): Words =>
  language?.toLowerCase().startsWith('ru') ? russian : english;
