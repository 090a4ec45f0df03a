// Made from docs/openapi.json by `npm run docs`; not written by hand.
import type { Client, ClientMeta, Options as Options2, RequestResult, TDataShape } from './client/index.js';
import type { AnswerJobData, AnswerJobErrors, AnswerJobResponses, ArchiveEventsData, ArchiveEventsErrors, ArchiveEventsResponses, ArchiveProjectData, ArchiveProjectErrors, ArchiveProjectResponses, AsyncapiData, AsyncapiResponses, CallBackJobData, CallBackJobErrors, CallBackJobResponses, CallToolData, CallToolErrors, CallToolResponses, CancelJobData, CancelJobErrors, CancelJobResponses, ChatData, ChatErrors, ChatResponses, ConsoleData, ConsoleFileData, ConsoleFileResponses, ConsoleResponses, CreateAgentData, CreateAgentErrors, CreateAgentResponses, CreateProjectData, CreateProjectErrors, CreateProjectResponses, CreateTokenData, CreateTokenErrors, CreateTokenResponses, DeleteAgentData, DeleteAgentErrors, DeleteAgentResponses, DiffProjectData, DiffProjectErrors, DiffProjectResponses, DocsData, DocsResponses, DrainNodeData, DrainNodeErrors, DrainNodeResponses, ExportProjectData, ExportProjectErrors, ExportProjectResponses, ExtendAgentData, ExtendAgentErrors, ExtendAgentResponses, FollowConversationData, FollowConversationErrors, FollowConversationResponses, ForkAgentData, ForkAgentErrors, ForkAgentResponses, GetActivityData, GetActivityErrors, GetActivityResponses, GetAgentData, GetAgentErrors, GetAgentResponses, GetDiffData, GetDiffErrors, GetDiffResponses, GetExportData, GetExportErrors, GetExportResponses, GetFileData, GetFileErrors, GetFileResponses, GetJobData, GetJobErrors, GetJobLogsData, GetJobLogsErrors, GetJobLogsResponses, GetJobResponses, GetLogsData, GetLogsErrors, GetLogsResponses, GetOwnHistoryData, GetOwnHistoryErrors, GetOwnHistoryResponses, GetPartOfStateData, GetPartOfStateErrors, GetPartOfStateResponses, GetProjectData, GetProjectErrors, GetProjectResponses, GetReceiptData, GetReceiptErrors, GetReceiptResponses, GetStateData, GetStateErrors, GetStateResponses, GetTimelineData, GetTimelineErrors, GetTimelineResponses, GetTurnData, GetTurnErrors, GetTurnResponses, GetUserData, GetUserErrors, GetUserResponses, GetWaterfallData, GetWaterfallErrors, GetWaterfallResponses, GetWhatIfData, GetWhatIfErrors, GetWhatIfResponses, GetWhyTurnData, GetWhyTurnErrors, GetWhyTurnResponses, HealthzData, HealthzResponses, InterruptAgentData, InterruptAgentErrors, InterruptAgentResponses, JudgeData, JudgeErrors, JudgeResponses, ListAgentsData, ListAgentsErrors, ListAgentsResponses, ListArchiveData, ListArchiveErrors, ListArchiveResponses, ListDeliveriesData, ListDeliveriesErrors, ListDeliveriesResponses, ListEventsData, ListEventsErrors, ListEventsResponses, ListJobsData, ListJobsErrors, ListJobsResponses, ListNodesData, ListNodesErrors, ListNodesResponses, ListProjectsData, ListProjectsErrors, ListProjectsResponses, ListTokensData, ListTokensErrors, ListTokensResponses, ListTurnsData, ListTurnsErrors, ListTurnsResponses, ListUsersData, ListUsersErrors, ListUsersResponses, LivezData, LivezResponses, LogProjectData, LogProjectErrors, LogProjectResponses, McpData, McpErrors, McpResponses, MergeProjectData, MergeProjectErrors, MergeProjectResponses, MetricsData, MetricsErrors, MetricsResponses, OpenapiData, OpenapiResponses, PushProjectData, PushProjectErrors, PushProjectResponses, ResumeAgentData, ResumeAgentErrors, ResumeAgentResponses, ResumeNodeData, ResumeNodeErrors, ResumeNodeResponses, RevokeTokenData, RevokeTokenErrors, RevokeTokenResponses, RewindAgentData, RewindAgentErrors, RewindAgentResponses, SearchHistoryData, SearchHistoryErrors, SearchHistoryResponses, SendAgainData, SendAgainErrors, SendAgainResponses, SendMessageData, SendMessageErrors, SendMessageResponses, StateArrivedData, StateArrivedErrors, StateArrivedResponses, StopAgentData, StopAgentErrors, StopAgentResponses, StoreFileData, StoreFileErrors, StoreFileResponses, UndoAgentData, UndoAgentErrors, UndoAgentResponses, UseProjectData, UseProjectErrors, UseProjectResponses, VerifyData, VerifyErrors, VerifyResponses, WhatIfAgentData, WhatIfAgentErrors, WhatIfAgentResponses } from './types.gen.js';
export type Options<TData extends TDataShape = TDataShape, ThrowOnError extends boolean = boolean, TResponse = unknown> = Options2<TData, ThrowOnError, TResponse> & {
    /**
     * You can provide a client instance returned by `createClient()` instead of
     * individual options. This might be also useful if you want to implement a
     * custom client.
     */
    client?: Client;
    /**
     * You can pass arbitrary values through the `meta` object. This can be
     * used to access values that aren't defined as part of the SDK function.
     */
    meta?: keyof ClientMeta extends never ? Record<string, unknown> : ClientMeta;
};
/**
 * Does this process serve?
 */
export declare const livez: <ThrowOnError extends boolean = false>(options?: Options<LivezData, ThrowOnError>) => RequestResult<LivezResponses, unknown, ThrowOnError>;
/**
 * Is the whole system well? 503 with the same body where it is not.
 */
export declare const healthz: <ThrowOnError extends boolean = false>(options?: Options<HealthzData, ThrowOnError>) => RequestResult<HealthzResponses, unknown, ThrowOnError>;
/**
 * The numbers of every service, for Prometheus.
 */
export declare const metrics: <ThrowOnError extends boolean = false>(options?: Options<MetricsData, ThrowOnError>) => RequestResult<MetricsResponses, MetricsErrors, ThrowOnError>;
/**
 * The console: a page that shows the system by this API.
 */
export declare const console_: <ThrowOnError extends boolean = false>(options?: Options<ConsoleData, ThrowOnError>) => RequestResult<ConsoleResponses, unknown, ThrowOnError>;
/**
 * What that page is made of.
 */
export declare const consoleFile: <ThrowOnError extends boolean = false>(options: Options<ConsoleFileData, ThrowOnError>) => RequestResult<ConsoleFileResponses, unknown, ThrowOnError>;
/**
 * This API as OpenAPI 3.1.
 */
export declare const openapi: <ThrowOnError extends boolean = false>(options?: Options<OpenapiData, ThrowOnError>) => RequestResult<OpenapiResponses, unknown, ThrowOnError>;
/**
 * The subjects and events of the log as AsyncAPI 3.
 */
export declare const asyncapi: <ThrowOnError extends boolean = false>(options?: Options<AsyncapiData, ThrowOnError>) => RequestResult<AsyncapiResponses, unknown, ThrowOnError>;
/**
 * This API as a page to read.
 */
export declare const docs: <ThrowOnError extends boolean = false>(options?: Options<DocsData, ThrowOnError>) => RequestResult<DocsResponses, unknown, ThrowOnError>;
/**
 * The Model Context Protocol: this API as tools for models (docs/mcp.md).
 *
 * Streamable HTTP, without sessions. Each tool wants the scope of the address that it stands for.
 */
export declare const mcp: <ThrowOnError extends boolean = false>(options?: Options<McpData, ThrowOnError>) => RequestResult<McpResponses, McpErrors, ThrowOnError>;
/**
 * The agents, page by page.
 */
export declare const listAgents: <ThrowOnError extends boolean = false>(options?: Options<ListAgentsData, ThrowOnError>) => RequestResult<ListAgentsResponses, ListAgentsErrors, ThrowOnError>;
/**
 * Create an agent.
 *
 * With `Prefer: wait` it answers when the agent takes messages.
 */
export declare const createAgent: <ThrowOnError extends boolean = false>(options?: Options<CreateAgentData, ThrowOnError>) => RequestResult<CreateAgentResponses, CreateAgentErrors, ThrowOnError>;
/**
 * End an agent and free what it left.
 */
export declare const deleteAgent: <ThrowOnError extends boolean = false>(options: Options<DeleteAgentData, ThrowOnError>) => RequestResult<DeleteAgentResponses, DeleteAgentErrors, ThrowOnError>;
/**
 * One agent.
 */
export declare const getAgent: <ThrowOnError extends boolean = false>(options: Options<GetAgentData, ThrowOnError>) => RequestResult<GetAgentResponses, GetAgentErrors, ThrowOnError>;
/**
 * End an agent gracefully.
 */
export declare const stopAgent: <ThrowOnError extends boolean = false>(options: Options<StopAgentData, ThrowOnError>) => RequestResult<StopAgentResponses, StopAgentErrors, ThrowOnError>;
/**
 * Interrupt what an agent does.
 */
export declare const interruptAgent: <ThrowOnError extends boolean = false>(options: Options<InterruptAgentData, ThrowOnError>) => RequestResult<InterruptAgentResponses, InterruptAgentErrors, ThrowOnError>;
/**
 * Take back what an agent’s last turn did to the files of its project.
 */
export declare const undoAgent: <ThrowOnError extends boolean = false>(options: Options<UndoAgentData, ThrowOnError>) => RequestResult<UndoAgentResponses, UndoAgentErrors, ThrowOnError>;
/**
 * Have an idle agent be as it was at the end of a turn: what it remembers, its files, or both.
 *
 * What was said and done outside since is in `notUndone`. The turns stay in the log. With `Prefer: wait` it answers when the agent takes messages again, or its files are there.
 */
export declare const rewindAgent: <ThrowOnError extends boolean = false>(options: Options<RewindAgentData, ThrowOnError>) => RequestResult<RewindAgentResponses, RewindAgentErrors, ThrowOnError>;
/**
 * Have an agent that has ended go on, in its home and with what was said.
 */
export declare const resumeAgent: <ThrowOnError extends boolean = false>(options: Options<ResumeAgentData, ThrowOnError>) => RequestResult<ResumeAgentResponses, ResumeAgentErrors, ThrowOnError>;
/**
 * Create an agent that knows what this one knew at the end of a turn, and has its files.
 *
 * Where it is of the same kind and on the same machine it has the session of the CLI up to there, else a digest of what was said as its first message. Nothing is done to this agent, which may have ended. With `Prefer: wait` it answers when the fork takes messages.
 */
export declare const forkAgent: <ThrowOnError extends boolean = false>(options: Options<ForkAgentData, ThrowOnError>) => RequestResult<ForkAgentResponses, ForkAgentErrors, ThrowOnError>;
/**
 * What happened and what might have, of a what-if’s own agent.
 */
export declare const getWhatIf: <ThrowOnError extends boolean = false>(options: Options<GetWhatIfData, ThrowOnError>) => RequestResult<GetWhatIfResponses, GetWhatIfErrors, ThrowOnError>;
/**
 * Run one turn of this agent otherwise, with nothing outside of it.
 *
 * A fork of it as it was before that turn gets another message, or the same one as another kind or model. Whatever it asks of a tool or of the user is answered by what is recorded of that turn, or refused. Nothing is done to this agent. With `Prefer: wait` it answers when that is over.
 */
export declare const whatIfAgent: <ThrowOnError extends boolean = false>(options: Options<WhatIfAgentData, ThrowOnError>) => RequestResult<WhatIfAgentResponses, WhatIfAgentErrors, ThrowOnError>;
/**
 * Give an agent a longer life, counted from now.
 */
export declare const extendAgent: <ThrowOnError extends boolean = false>(options: Options<ExtendAgentData, ThrowOnError>) => RequestResult<ExtendAgentResponses, ExtendAgentErrors, ThrowOnError>;
/**
 * Send a message to an agent.
 *
 * With `Prefer: wait=30` it answers with what the agent said in the message’s turn, when that has ended; a turn that failed is a problem.
 */
export declare const sendMessage: <ThrowOnError extends boolean = false>(options: Options<SendMessageData, ThrowOnError>) => RequestResult<SendMessageResponses, SendMessageErrors, ThrowOnError>;
/**
 * Keep a file (up to 50 MiB) that goes with a message to an agent.
 */
export declare const storeFile: <ThrowOnError extends boolean = false>(options: Options<StoreFileData, ThrowOnError>) => RequestResult<StoreFileResponses, StoreFileErrors, ThrowOnError>;
/**
 * The bytes of a file that an agent, or a user, sent.
 */
export declare const getFile: <ThrowOnError extends boolean = false>(options: Options<GetFileData, ThrowOnError>) => RequestResult<GetFileResponses, GetFileErrors, ThrowOnError>;
/**
 * What an agent prints.
 */
export declare const getLogs: <ThrowOnError extends boolean = false>(options: Options<GetLogsData, ThrowOnError>) => RequestResult<GetLogsResponses, GetLogsErrors, ThrowOnError>;
/**
 * What is said between an agent and people, and what becomes of each message.
 */
export declare const followConversation: <ThrowOnError extends boolean = false>(options: Options<FollowConversationData, ThrowOnError>) => RequestResult<FollowConversationResponses, FollowConversationErrors, ThrowOnError>;
/**
 * A talk with an agent both ways, as a WebSocket.
 *
 * Frames are JSON. One sends `{"type": "message", "id", "text"}`, `{"type": "answer", "questionId", "text"}` and `{"type": "interrupt"}`, and gets `stored`, or `error` with a problem. What is said and becomes of it comes with its `sequence`.
 */
export declare const chat: <ThrowOnError extends boolean = false>(options: Options<ChatData, ThrowOnError>) => RequestResult<ChatResponses, ChatErrors, ThrowOnError>;
/**
 * The turns of an agent, the first first.
 */
export declare const listTurns: <ThrowOnError extends boolean = false>(options: Options<ListTurnsData, ThrowOnError>) => RequestResult<ListTurnsResponses, ListTurnsErrors, ThrowOnError>;
/**
 * One turn, with what was said in it.
 */
export declare const getTurn: <ThrowOnError extends boolean = false>(options: Options<GetTurnData, ThrowOnError>) => RequestResult<GetTurnResponses, GetTurnErrors, ThrowOnError>;
/**
 * What an agent’s command does: say something, or call a tool.
 *
 * `answer`, `ask`, `progress`, `ready`, `turn.end`, and `<tool>.<verb>` such as `project.list`. Who asks proves to be an agent, by a token of it (`orchestrator token create --agent`) or by its credential. It is answered when that is stored; with `Prefer: wait` where there is a result, when that is there, and a result that is an error is a problem.
 */
export declare const callTool: <ThrowOnError extends boolean = false>(options: Options<CallToolData, ThrowOnError>) => RequestResult<CallToolResponses, CallToolErrors, ThrowOnError>;
/**
 * The event log.
 */
export declare const listEvents: <ThrowOnError extends boolean = false>(options?: Options<ListEventsData, ThrowOnError>) => RequestResult<ListEventsResponses, ListEventsErrors, ThrowOnError>;
/**
 * What became of a message: its turn, calls, jobs, answers and deliveries, with times.
 */
export declare const getWaterfall: <ThrowOnError extends boolean = false>(options: Options<GetWaterfallData, ThrowOnError>) => RequestResult<GetWaterfallResponses, GetWaterfallErrors, ThrowOnError>;
/**
 * What was said, called and printed, with a text in it: the last entries, in the order of time.
 */
export declare const searchHistory: <ThrowOnError extends boolean = false>(options?: Options<SearchHistoryData, ThrowOnError>) => RequestResult<SearchHistoryResponses, SearchHistoryErrors, ThrowOnError>;
/**
 * The same of the agent that asks, and of no other.
 */
export declare const getOwnHistory: <ThrowOnError extends boolean = false>(options?: Options<GetOwnHistoryData, ThrowOnError>) => RequestResult<GetOwnHistoryResponses, GetOwnHistoryErrors, ThrowOnError>;
/**
 * What was decided for a turn and why, recomputed from the log.
 */
export declare const getWhyTurn: <ThrowOnError extends boolean = false>(options: Options<GetWhyTurnData, ThrowOnError>) => RequestResult<GetWhyTurnResponses, GetWhyTurnErrors, ThrowOnError>;
/**
 * The same, of the message that is found by an id, a number, or a link of Telegram.
 */
export declare const getTimeline: <ThrowOnError extends boolean = false>(options: Options<GetTimelineData, ThrowOnError>) => RequestResult<GetTimelineResponses, GetTimelineErrors, ThrowOnError>;
/**
 * What proves without a server what became of that message: the file of `orchestrator receipt`.
 *
 * Keep it byte for byte: written in any other way it is another file, and does not hold. The log is sealed up to its end before.
 */
export declare const getReceipt: <ThrowOnError extends boolean = false>(options: Options<GetReceiptData, ThrowOnError>) => RequestResult<GetReceiptResponses, GetReceiptErrors, ThrowOnError>;
/**
 * How much happened, by stretches of time: turns, answers, deliveries, failures.
 */
export declare const getActivity: <ThrowOnError extends boolean = false>(options?: Options<GetActivityData, ThrowOnError>) => RequestResult<GetActivityResponses, GetActivityErrors, ThrowOnError>;
/**
 * The state of everything as of any place in the log, folded up to there.
 */
export declare const getState: <ThrowOnError extends boolean = false>(options?: Options<GetStateData, ThrowOnError>) => RequestResult<GetStateResponses, GetStateErrors, ThrowOnError>;
/**
 * What changed between two places of the log, as a JSON patch with the event of each change.
 */
export declare const getDiff: <ThrowOnError extends boolean = false>(options: Options<GetDiffData, ThrowOnError>) => RequestResult<GetDiffResponses, GetDiffErrors, ThrowOnError>;
/**
 * What the log says was decided, decided anew by this version: how many decisions differ, and which.
 */
export declare const judge: <ThrowOnError extends boolean = false>(options?: Options<JudgeData, ThrowOnError>) => RequestResult<JudgeResponses, JudgeErrors, ThrowOnError>;
/**
 * An agent, person, project or job as of any place in the log, with all that was folded of it.
 */
export declare const getPartOfState: <ThrowOnError extends boolean = false>(options: Options<GetPartOfStateData, ThrowOnError>) => RequestResult<GetPartOfStateResponses, GetPartOfStateErrors, ThrowOnError>;
/**
 * The projects, page by page.
 */
export declare const listProjects: <ThrowOnError extends boolean = false>(options?: Options<ListProjectsData, ThrowOnError>) => RequestResult<ListProjectsResponses, ListProjectsErrors, ThrowOnError>;
/**
 * Create a project, and wait until its repository is there.
 */
export declare const createProject: <ThrowOnError extends boolean = false>(options: Options<CreateProjectData, ThrowOnError>) => RequestResult<CreateProjectResponses, CreateProjectErrors, ThrowOnError>;
/**
 * Put a project away. Its repository is kept.
 */
export declare const archiveProject: <ThrowOnError extends boolean = false>(options: Options<ArchiveProjectData, ThrowOnError>) => RequestResult<ArchiveProjectResponses, ArchiveProjectErrors, ThrowOnError>;
/**
 * One project.
 */
export declare const getProject: <ThrowOnError extends boolean = false>(options: Options<GetProjectData, ThrowOnError>) => RequestResult<GetProjectResponses, GetProjectErrors, ThrowOnError>;
/**
 * Let new agents of a person begin in a project.
 */
export declare const useProject: <ThrowOnError extends boolean = false>(options: Options<UseProjectData, ThrowOnError>) => RequestResult<UseProjectResponses, UseProjectErrors, ThrowOnError>;
/**
 * What was changed in a project.
 */
export declare const diffProject: <ThrowOnError extends boolean = false>(options: Options<DiffProjectData, ThrowOnError>) => RequestResult<DiffProjectResponses, DiffProjectErrors, ThrowOnError>;
/**
 * Commits, the newest first.
 */
export declare const logProject: <ThrowOnError extends boolean = false>(options: Options<LogProjectData, ThrowOnError>) => RequestResult<LogProjectResponses, LogProjectErrors, ThrowOnError>;
/**
 * Commits as a patch, which `git am` takes.
 */
export declare const exportProject: <ThrowOnError extends boolean = false>(options: Options<ExportProjectData, ThrowOnError>) => RequestResult<ExportProjectResponses, ExportProjectErrors, ThrowOnError>;
/**
 * Bring committed work into the branch of its project.
 */
export declare const mergeProject: <ThrowOnError extends boolean = false>(options: Options<MergeProjectData, ThrowOnError>) => RequestResult<MergeProjectResponses, MergeProjectErrors, ThrowOnError>;
/**
 * Push a branch to where its project is from. Never by force.
 */
export declare const pushProject: <ThrowOnError extends boolean = false>(options: Options<PushProjectData, ThrowOnError>) => RequestResult<PushProjectResponses, PushProjectErrors, ThrowOnError>;
/**
 * The jobs that are open and the last that have ended, page by page.
 */
export declare const listJobs: <ThrowOnError extends boolean = false>(options?: Options<ListJobsData, ThrowOnError>) => RequestResult<ListJobsResponses, ListJobsErrors, ThrowOnError>;
/**
 * One job, however long ago it was.
 *
 * With `Prefer: wait=30` it answers when the job has ended; 202 while it goes on.
 */
export declare const getJob: <ThrowOnError extends boolean = false>(options: Options<GetJobData, ThrowOnError>) => RequestResult<GetJobResponses, GetJobErrors, ThrowOnError>;
/**
 * What the run of a job printed.
 */
export declare const getJobLogs: <ThrowOnError extends boolean = false>(options: Options<GetJobLogsData, ThrowOnError>) => RequestResult<GetJobLogsResponses, GetJobLogsErrors, ThrowOnError>;
/**
 * Say whether a job may run. The first word counts.
 */
export declare const answerJob: <ThrowOnError extends boolean = false>(options: Options<AnswerJobData, ThrowOnError>) => RequestResult<AnswerJobResponses, AnswerJobErrors, ThrowOnError>;
/**
 * Ask for the end of a job.
 */
export declare const cancelJob: <ThrowOnError extends boolean = false>(options: Options<CancelJobData, ThrowOnError>) => RequestResult<CancelJobResponses, CancelJobErrors, ThrowOnError>;
/**
 * Say what becomes of a job, as the service that does it.
 *
 * With the token that came with the job, which opens nothing else. An end that comes after the job’s is kept in the log, and changes nothing (`late`).
 */
export declare const callBackJob: <ThrowOnError extends boolean = false>(options: Options<CallBackJobData, ThrowOnError>) => RequestResult<CallBackJobResponses, CallBackJobErrors, ThrowOnError>;
/**
 * What became of what was brought to chats, the newest first.
 */
export declare const listDeliveries: <ThrowOnError extends boolean = false>(options?: Options<ListDeliveriesData, ThrowOnError>) => RequestResult<ListDeliveriesResponses, ListDeliveriesErrors, ThrowOnError>;
/**
 * Have a delivery that failed, or that perhaps arrived, sent again. A repeat does nothing.
 */
export declare const sendAgain: <ThrowOnError extends boolean = false>(options: Options<SendAgainData, ThrowOnError>) => RequestResult<SendAgainResponses, SendAgainErrors, ThrowOnError>;
/**
 * State that the chat has it: nothing more is sent.
 */
export declare const stateArrived: <ThrowOnError extends boolean = false>(options: Options<StateArrivedData, ThrowOnError>) => RequestResult<StateArrivedResponses, StateArrivedErrors, ThrowOnError>;
/**
 * The people that talk with agents, page by page.
 */
export declare const listUsers: <ThrowOnError extends boolean = false>(options?: Options<ListUsersData, ThrowOnError>) => RequestResult<ListUsersResponses, ListUsersErrors, ThrowOnError>;
/**
 * One person, and whose agents they are.
 */
export declare const getUser: <ThrowOnError extends boolean = false>(options: Options<GetUserData, ThrowOnError>) => RequestResult<GetUserResponses, GetUserErrors, ThrowOnError>;
/**
 * The spawners, what each owns, and what they do.
 */
export declare const listNodes: <ThrowOnError extends boolean = false>(options?: Options<ListNodesData, ThrowOnError>) => RequestResult<ListNodesResponses, ListNodesErrors, ThrowOnError>;
/**
 * Let a spawner take agents again.
 */
export declare const resumeNode: <ThrowOnError extends boolean = false>(options: Options<ResumeNodeData, ThrowOnError>) => RequestResult<ResumeNodeResponses, ResumeNodeErrors, ThrowOnError>;
/**
 * Empty a spawner before it is stopped.
 */
export declare const drainNode: <ThrowOnError extends boolean = false>(options: Options<DrainNodeData, ThrowOnError>) => RequestResult<DrainNodeResponses, DrainNodeErrors, ThrowOnError>;
/**
 * The tokens of this API, without what opens it.
 */
export declare const listTokens: <ThrowOnError extends boolean = false>(options?: Options<ListTokensData, ThrowOnError>) => RequestResult<ListTokensResponses, ListTokensErrors, ThrowOnError>;
/**
 * Make a token. It is told here, and never again.
 */
export declare const createToken: <ThrowOnError extends boolean = false>(options: Options<CreateTokenData, ThrowOnError>) => RequestResult<CreateTokenResponses, CreateTokenErrors, ThrowOnError>;
/**
 * From here on a token opens nothing.
 */
export declare const revokeToken: <ThrowOnError extends boolean = false>(options: Options<RevokeTokenData, ThrowOnError>) => RequestResult<RevokeTokenResponses, RevokeTokenErrors, ThrowOnError>;
/**
 * What the system is, in one file, as `orchestrator export` writes it.
 *
 * Projects and sessions are those of the data folder that the API runs in. An answer that ends before its end is no export: `orchestrator verify` tells.
 */
export declare const getExport: <ThrowOnError extends boolean = false>(options?: Options<GetExportData, ThrowOnError>) => RequestResult<GetExportResponses, GetExportErrors, ThrowOnError>;
/**
 * Is what is served what the log says? It is folded from zero for that.
 */
export declare const verify: <ThrowOnError extends boolean = false>(options?: Options<VerifyData, ThrowOnError>) => RequestResult<VerifyResponses, VerifyErrors, ThrowOnError>;
/**
 * The files of the archived part of the log.
 */
export declare const listArchive: <ThrowOnError extends boolean = false>(options?: Options<ListArchiveData, ThrowOnError>) => RequestResult<ListArchiveResponses, ListArchiveErrors, ThrowOnError>;
/**
 * Archive events.
 */
export declare const archiveEvents: <ThrowOnError extends boolean = false>(options: Options<ArchiveEventsData, ThrowOnError>) => RequestResult<ArchiveEventsResponses, ArchiveEventsErrors, ThrowOnError>;
