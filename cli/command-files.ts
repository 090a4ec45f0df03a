import type { CommandClass } from 'clipanion';
import type { CommandName } from '../schemas/command-table.ts';

/** Where each command is; loaded when it is called, so that none pays for another's start-up. */
export const COMMAND_FILES: Record<CommandName, () => Promise<CommandClass>> = {
  answer: async () => (await import('./commands/answer.ts')).AnswerCommand,
  ask: async () => (await import('./commands/ask.ts')).AskCommand,
  respond: async () => (await import('./commands/respond.ts')).RespondCommand,
  progress: async () => (await import('./commands/progress.ts')).ProgressCommand,
  'project create': async () => (await import('./commands/project-create.ts')).ProjectCreateCommand,
  'project get': async () => (await import('./commands/project-get.ts')).ProjectGetCommand,
  'project list': async () => (await import('./commands/project-list.ts')).ProjectListCommand,
  'project use': async () => (await import('./commands/project-use.ts')).ProjectUseCommand,
  'project archive': async () =>
    (await import('./commands/project-archive.ts')).ProjectArchiveCommand,
  'project diff': async () => (await import('./commands/project-diff.ts')).ProjectDiffCommand,
  'project log': async () => (await import('./commands/project-log.ts')).ProjectLogCommand,
  'project merge': async () => (await import('./commands/project-merge.ts')).ProjectMergeCommand,
  'project export': async () => (await import('./commands/project-export.ts')).ProjectExportCommand,
  'project push': async () => (await import('./commands/project-push.ts')).ProjectPushCommand,
  resume: async () => (await import('./commands/resume.ts')).ResumeCommand,
  undo: async () => (await import('./commands/undo.ts')).UndoCommand,
  'job get': async () => (await import('./commands/job-get.ts')).JobGetCommand,
  'job list': async () => (await import('./commands/job-list.ts')).JobListCommand,
  'job wait': async () => (await import('./commands/job-wait.ts')).JobWaitCommand,
  'job cancel': async () => (await import('./commands/job-cancel.ts')).JobCancelCommand,
  'job logs': async () => (await import('./commands/job-logs.ts')).JobLogsCommand,
  'job answer': async () => (await import('./commands/job-answer.ts')).JobAnswerCommand,
  'turn end': async () => (await import('./commands/turn-end.ts')).TurnEndCommand,
  ready: async () => (await import('./commands/ready.ts')).ReadyCommand,
  host: async () => (await import('./commands/host.ts')).HostCommand,
  start: async () => (await import('./commands/start.ts')).StartCommand,
  init: async () => (await import('./commands/init.ts')).InitCommand,
  login: async () => (await import('./commands/login.ts')).LoginCommand,
  'service install': async () =>
    (await import('./commands/service-install.ts')).ServiceInstallCommand,
  'service status': async () => (await import('./commands/service-status.ts')).ServiceStatusCommand,
  'service uninstall': async () =>
    (await import('./commands/service-uninstall.ts')).ServiceUninstallCommand,
  'init nats': async () => (await import('./commands/init-nats.ts')).InitNatsCommand,
  'init streams': async () => (await import('./commands/init-streams.ts')).InitStreamsCommand,
  chat: async () => (await import('./commands/chat.ts')).ChatCommand,
  agents: async () => (await import('./commands/agents.ts')).AgentsCommand,
  create: async () => (await import('./commands/create.ts')).CreateCommand,
  fork: async () => (await import('./commands/fork.ts')).ForkCommand,
  rewind: async () => (await import('./commands/rewind.ts')).RewindCommand,
  'what-if': async () => (await import('./commands/what-if.ts')).WhatIfCommand,
  send: async () => (await import('./commands/send.ts')).SendCommand,
  interrupt: async () => (await import('./commands/interrupt.ts')).InterruptCommand,
  stop: async () => (await import('./commands/stop.ts')).StopCommand,
  delete: async () => (await import('./commands/delete.ts')).DeleteCommand,
  extend: async () => (await import('./commands/extend.ts')).ExtendCommand,
  logs: async () => (await import('./commands/logs.ts')).LogsCommand,
  events: async () => (await import('./commands/events.ts')).EventsCommand,
  state: async () => (await import('./commands/state.ts')).StateCommand,
  timeline: async () => (await import('./commands/timeline.ts')).TimelineCommand,
  judge: async () => (await import('./commands/judge.ts')).JudgeCommand,
  why: async () => (await import('./commands/why.ts')).WhyCommand,
  diff: async () => (await import('./commands/diff.ts')).DiffCommand,
  history: async () => (await import('./commands/history.ts')).HistoryCommand,
  replay: async () => (await import('./commands/replay.ts')).ReplayCommand,
  'server list': async () => (await import('./commands/server-list.ts')).ServerListCommand,
  'worker credential': async () =>
    (await import('./commands/worker-credential.ts')).WorkerCredentialCommand,
  'worker list': async () => (await import('./commands/worker-list.ts')).WorkerListCommand,
  'worker revoke': async () => (await import('./commands/worker-revoke.ts')).WorkerRevokeCommand,
  nodes: async () => (await import('./commands/nodes.ts')).NodesCommand,
  drain: async () => (await import('./commands/drain.ts')).DrainCommand,
  'token create': async () => (await import('./commands/token-create.ts')).TokenCreateCommand,
  'token list': async () => (await import('./commands/token-list.ts')).TokenListCommand,
  'token revoke': async () => (await import('./commands/token-revoke.ts')).TokenRevokeCommand,
  projects: async () => (await import('./commands/projects.ts')).ProjectsCommand,
  archive: async () => (await import('./commands/archive.ts')).ArchiveCommand,
  traces: async () => (await import('./commands/traces.ts')).TracesCommand,
  erase: async () => (await import('./commands/erase.ts')).EraseCommand,
  receipt: async () => (await import('./commands/receipt.ts')).ReceiptCommand,
  verify: async () => (await import('./commands/verify.ts')).VerifyCommand,
  export: async () => (await import('./commands/export.ts')).ExportCommand,
  import: async () => (await import('./commands/import.ts')).ImportCommand,
  health: async () => (await import('./commands/health.ts')).HealthCommand,
  doctor: async () => (await import('./commands/doctor.ts')).DoctorCommand,
};

/** The name of the command that an argument list calls, where it calls one. */
export function calledCommand(args: readonly string[]): CommandName | undefined {
  const [first = '', second = ''] = args;
  // `init nats` is no `init` of something.
  const two = `${first} ${second}`;
  const name = Object.hasOwn(COMMAND_FILES, two) ? two : first;
  // Just looked up among the names.
  return Object.hasOwn(COMMAND_FILES, name) ? (name as CommandName) : undefined;
}
