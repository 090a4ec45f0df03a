// Made from docs/openapi.json by `npm run docs`; not written by hand.
export type ClientOptions = {
    baseUrl: `${string}://${string}` | (string & {});
};
export type Problem = {
    type: string;
    title: string;
    status: number;
    detail: string;
    code: string;
    cure: string;
};
export type LivezData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/livez';
};
export type LivezResponses = {
    /**
     * Done.
     */
    200: {
        ok: true;
    };
};
export type LivezResponse = LivezResponses[keyof LivezResponses];
export type HealthzData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/healthz';
};
export type HealthzResponses = {
    /**
     * Done.
     */
    200: {
        ok: boolean;
        missing: Array<string>;
        services: Array<{
            service: string;
            node: string;
            pid: number;
            version: string;
            startedAt: string;
            checks: Array<{
                name: string;
                ok: boolean;
                detail: string;
                since: string;
                notable?: true;
            }>;
        }>;
    };
};
export type HealthzResponse = HealthzResponses[keyof HealthzResponses];
export type MetricsData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/metrics';
};
export type MetricsErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type MetricsError = MetricsErrors[keyof MetricsErrors];
export type MetricsResponses = {
    /**
     * Done. `text/plain` always
     */
    200: string;
};
export type MetricsResponse = MetricsResponses[keyof MetricsResponses];
export type ConsoleData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/';
};
export type ConsoleResponses = {
    /**
     * Done. `text/html` always
     */
    200: string;
};
export type ConsoleResponse = ConsoleResponses[keyof ConsoleResponses];
export type ConsoleFileData = {
    body?: never;
    path: {
        file: 'console.js' | 'console.css';
    };
    query?: never;
    url: '/console/{file}';
};
export type ConsoleFileResponses = {
    /**
     * Done. `text/javascript` of `console.js` `text/css` of `console.css`
     */
    200: Blob | File;
};
export type ConsoleFileResponse = ConsoleFileResponses[keyof ConsoleFileResponses];
export type OpenapiData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/openapi.json';
};
export type OpenapiResponses = {
    /**
     * Done.
     */
    200: {
        [key: string]: unknown;
    };
};
export type OpenapiResponse = OpenapiResponses[keyof OpenapiResponses];
export type AsyncapiData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/asyncapi.json';
};
export type AsyncapiResponses = {
    /**
     * Done.
     */
    200: {
        [key: string]: unknown;
    };
};
export type AsyncapiResponse = AsyncapiResponses[keyof AsyncapiResponses];
export type DocsData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/docs';
};
export type DocsResponses = {
    /**
     * Done. `text/html` always
     */
    200: string;
};
export type DocsResponse = DocsResponses[keyof DocsResponses];
export type McpData = {
    /**
     * A message of JSON-RPC 2.0.
     */
    body?: {
        [key: string]: unknown;
    };
    path?: never;
    query?: never;
    url: '/mcp';
};
export type McpErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type McpError = McpErrors[keyof McpErrors];
export type McpResponses = {
    /**
     * Done.
     */
    200: {
        [key: string]: unknown;
    };
};
export type McpResponse = McpResponses[keyof McpResponses];
export type ListAgentsData = {
    body?: never;
    path?: never;
    query?: {
        /**
         * Those of a person: `<channel>/<user id>`.
         */
        owner?: string;
        kind?: string;
        phase?: 'requested' | 'starting' | 'ready' | 'stopping' | 'ended';
        /**
         * One that it goes by.
         */
        name?: string;
        /**
         * Those that ended so long ago that they left the list.
         */
        archived?: '' | 'true' | 'false';
        /**
         * The `next` of the page before.
         */
        after?: string;
        /**
         * How many entries at most; 500.
         */
        limit?: number;
    };
    url: '/agents';
};
export type ListAgentsErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type ListAgentsError = ListAgentsErrors[keyof ListAgentsErrors];
export type ListAgentsResponses = {
    /**
     * Done.
     */
    200: {
        agents: Array<{
            agentId: string;
            phase: 'unknown' | 'requested' | 'starting' | 'ready' | 'stopping' | 'ended';
            kind?: string;
            names?: Array<string>;
            model?: string;
            owner?: {
                channel: string;
                userId: string;
            };
            projectId?: string;
            orderedBy?: string;
            forkedFrom?: {
                agentId: string;
                turnId: string;
                sequence: number;
                export?: string;
            };
            whatIf?: {
                agentId: string;
                turnId: string;
            };
            createdAt?: string;
            expiresAt?: string;
            endedAt?: string;
            end?: string;
            deleted: boolean;
            homeRemoved?: true;
            node?: string;
            runId?: string;
            pid?: number;
            queued: number;
            turn?: {
                turnId: string;
                startedAt: string;
                deadlineAt: string;
                messages: Array<string>;
            };
            counts: {
                messages: number;
                answers: number;
                turns: number;
                failed: number;
            };
        }>;
        next?: string;
    };
};
export type ListAgentsResponse = ListAgentsResponses[keyof ListAgentsResponses];
export type CreateAgentData = {
    body?: {
        /**
         * Unset: ORCHESTRATOR_AGENT.
         */
        kind?: string;
        name?: string;
        /**
         * Such as `90s`, `30m` or `2h`.
         */
        ttl?: string;
        /**
         * The command line of a `line` agent.
         */
        command?: string;
        model?: string;
        effort?: string;
        /**
         * Who talks to it from now on.
         */
        owner?: {
            channel: string;
            userId: string;
        };
        /**
         * The project’s id or name.
         */
        project?: string;
        branch?: string;
        inPlace?: boolean;
    };
    headers?: {
        /**
         * `wait=<seconds>`: wait so long for the outcome; at most 600.
         */
        Prefer?: string;
        /**
         * The caller’s own id for this: a repeat is done once, for 30 days.
         */
        'Idempotency-Key'?: string;
        /**
         * The trace that this belongs to (W3C Trace Context).
         */
        traceparent?: string;
    };
    path?: never;
    query?: never;
    url: '/agents';
};
export type CreateAgentErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type CreateAgentError = CreateAgentErrors[keyof CreateAgentErrors];
export type CreateAgentResponses = {
    /**
     * Done.
     */
    201: {
        agentId: string;
        name?: string;
        sequence: number;
        ready: boolean;
    };
    /**
     * Asked for, and not done yet.
     */
    202: {
        agentId: string;
        name?: string;
        sequence: number;
        ready: boolean;
    };
};
export type CreateAgentResponse = CreateAgentResponses[keyof CreateAgentResponses];
export type DeleteAgentData = {
    body?: never;
    headers?: {
        /**
         * `wait=<seconds>`: wait so long for the outcome; at most 600.
         */
        Prefer?: string;
        /**
         * The caller’s own id for this: a repeat is done once, for 30 days.
         */
        'Idempotency-Key'?: string;
        /**
         * The trace that this belongs to (W3C Trace Context).
         */
        traceparent?: string;
    };
    path: {
        /**
         * The agent’s id or name.
         */
        agent: string;
    };
    query?: never;
    url: '/agents/{agent}';
};
export type DeleteAgentErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type DeleteAgentError = DeleteAgentErrors[keyof DeleteAgentErrors];
export type DeleteAgentResponses = {
    /**
     * Done.
     */
    200: {
        agentId: string;
        commandId: string;
        sequence: number;
        /**
         * `asked`, or what was waited for: `stopped`.
         */
        outcome: string;
    };
    /**
     * Asked for, and not done yet.
     */
    202: {
        agentId: string;
        commandId: string;
        sequence: number;
        /**
         * `asked`, or what was waited for: `stopped`.
         */
        outcome: string;
    };
};
export type DeleteAgentResponse = DeleteAgentResponses[keyof DeleteAgentResponses];
export type GetAgentData = {
    body?: never;
    path: {
        /**
         * The agent’s id or name.
         */
        agent: string;
    };
    query?: never;
    url: '/agents/{agent}';
};
export type GetAgentErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type GetAgentError = GetAgentErrors[keyof GetAgentErrors];
export type GetAgentResponses = {
    /**
     * Done.
     */
    200: {
        agentId: string;
        phase: 'unknown' | 'requested' | 'starting' | 'ready' | 'stopping' | 'ended';
        kind?: string;
        names?: Array<string>;
        model?: string;
        owner?: {
            channel: string;
            userId: string;
        };
        projectId?: string;
        orderedBy?: string;
        forkedFrom?: {
            agentId: string;
            turnId: string;
            sequence: number;
            export?: string;
        };
        whatIf?: {
            agentId: string;
            turnId: string;
        };
        createdAt?: string;
        expiresAt?: string;
        endedAt?: string;
        end?: string;
        deleted: boolean;
        homeRemoved?: true;
        node?: string;
        runId?: string;
        pid?: number;
        queued: number;
        turn?: {
            turnId: string;
            startedAt: string;
            deadlineAt: string;
            messages: Array<string>;
        };
        counts: {
            messages: number;
            answers: number;
            turns: number;
            failed: number;
        };
    };
};
export type GetAgentResponse = GetAgentResponses[keyof GetAgentResponses];
export type StopAgentData = {
    body?: never;
    headers?: {
        /**
         * `wait=<seconds>`: wait so long for the outcome; at most 600.
         */
        Prefer?: string;
        /**
         * The caller’s own id for this: a repeat is done once, for 30 days.
         */
        'Idempotency-Key'?: string;
        /**
         * The trace that this belongs to (W3C Trace Context).
         */
        traceparent?: string;
    };
    path: {
        /**
         * The agent’s id or name.
         */
        agent: string;
    };
    query?: never;
    url: '/agents/{agent}/stop';
};
export type StopAgentErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type StopAgentError = StopAgentErrors[keyof StopAgentErrors];
export type StopAgentResponses = {
    /**
     * Done.
     */
    200: {
        agentId: string;
        commandId: string;
        sequence: number;
        /**
         * `asked`, or what was waited for: `stopped`.
         */
        outcome: string;
    };
    /**
     * Asked for, and not done yet.
     */
    202: {
        agentId: string;
        commandId: string;
        sequence: number;
        /**
         * `asked`, or what was waited for: `stopped`.
         */
        outcome: string;
    };
};
export type StopAgentResponse = StopAgentResponses[keyof StopAgentResponses];
export type InterruptAgentData = {
    body?: never;
    headers?: {
        /**
         * `wait=<seconds>`: wait so long for the outcome; at most 600.
         */
        Prefer?: string;
        /**
         * The caller’s own id for this: a repeat is done once, for 30 days.
         */
        'Idempotency-Key'?: string;
        /**
         * The trace that this belongs to (W3C Trace Context).
         */
        traceparent?: string;
    };
    path: {
        /**
         * The agent’s id or name.
         */
        agent: string;
    };
    query?: never;
    url: '/agents/{agent}/interrupt';
};
export type InterruptAgentErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type InterruptAgentError = InterruptAgentErrors[keyof InterruptAgentErrors];
export type InterruptAgentResponses = {
    /**
     * Done.
     */
    200: {
        agentId: string;
        commandId: string;
        sequence: number;
        /**
         * `asked`, or what was waited for: `stopped`.
         */
        outcome: string;
    };
    /**
     * Asked for, and not done yet.
     */
    202: {
        agentId: string;
        commandId: string;
        sequence: number;
        /**
         * `asked`, or what was waited for: `stopped`.
         */
        outcome: string;
    };
};
export type InterruptAgentResponse = InterruptAgentResponses[keyof InterruptAgentResponses];
export type UndoAgentData = {
    body?: never;
    headers?: {
        /**
         * `wait=<seconds>`: wait so long for the outcome; at most 600.
         */
        Prefer?: string;
        /**
         * The caller’s own id for this: a repeat is done once, for 30 days.
         */
        'Idempotency-Key'?: string;
        /**
         * The trace that this belongs to (W3C Trace Context).
         */
        traceparent?: string;
    };
    path: {
        /**
         * The agent’s id or name.
         */
        agent: string;
    };
    query?: never;
    url: '/agents/{agent}/undo';
};
export type UndoAgentErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type UndoAgentError = UndoAgentErrors[keyof UndoAgentErrors];
export type UndoAgentResponses = {
    /**
     * Done.
     */
    200: {
        agentId: string;
        commandId: string;
        sequence: number;
        /**
         * `asked`, or what was waited for: `stopped`.
         */
        outcome: string;
    };
    /**
     * Asked for, and not done yet.
     */
    202: {
        agentId: string;
        commandId: string;
        sequence: number;
        /**
         * `asked`, or what was waited for: `stopped`.
         */
        outcome: string;
    };
};
export type UndoAgentResponse = UndoAgentResponses[keyof UndoAgentResponses];
export type RewindAgentData = {
    body: {
        /**
         * A turn that is over, or a message or answer of it.
         */
        to: string;
        conversation?: boolean;
        files?: boolean;
    };
    headers?: {
        /**
         * `wait=<seconds>`: wait so long for the outcome; at most 600.
         */
        Prefer?: string;
        /**
         * The caller’s own id for this: a repeat is done once, for 30 days.
         */
        'Idempotency-Key'?: string;
        /**
         * The trace that this belongs to (W3C Trace Context).
         */
        traceparent?: string;
    };
    path: {
        /**
         * The agent’s id or name.
         */
        agent: string;
    };
    query?: never;
    url: '/agents/{agent}/rewind';
};
export type RewindAgentErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type RewindAgentError = RewindAgentErrors[keyof RewindAgentErrors];
export type RewindAgentResponses = {
    /**
     * Done.
     */
    200: {
        agentId: string;
        commandId: string;
        sequence: number;
        /**
         * `asked`, or what was waited for: `stopped`.
         */
        outcome: string;
        turnId: string;
        /**
         * What was said and done outside since that turn.
         */
        notUndone: Array<string>;
    };
    /**
     * Asked for, and not done yet.
     */
    202: {
        agentId: string;
        commandId: string;
        sequence: number;
        /**
         * `asked`, or what was waited for: `stopped`.
         */
        outcome: string;
        turnId: string;
        /**
         * What was said and done outside since that turn.
         */
        notUndone: Array<string>;
    };
};
export type RewindAgentResponse = RewindAgentResponses[keyof RewindAgentResponses];
export type ResumeAgentData = {
    body?: never;
    headers?: {
        /**
         * `wait=<seconds>`: wait so long for the outcome; at most 600.
         */
        Prefer?: string;
        /**
         * The caller’s own id for this: a repeat is done once, for 30 days.
         */
        'Idempotency-Key'?: string;
        /**
         * The trace that this belongs to (W3C Trace Context).
         */
        traceparent?: string;
    };
    path: {
        /**
         * The agent’s id or name.
         */
        agent: string;
    };
    query?: never;
    url: '/agents/{agent}/resume';
};
export type ResumeAgentErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type ResumeAgentError = ResumeAgentErrors[keyof ResumeAgentErrors];
export type ResumeAgentResponses = {
    /**
     * Done.
     */
    200: {
        agentId: string;
        commandId: string;
        sequence: number;
        /**
         * `asked`, or what was waited for: `stopped`.
         */
        outcome: string;
    };
    /**
     * Asked for, and not done yet.
     */
    202: {
        agentId: string;
        commandId: string;
        sequence: number;
        /**
         * `asked`, or what was waited for: `stopped`.
         */
        outcome: string;
    };
};
export type ResumeAgentResponse = ResumeAgentResponses[keyof ResumeAgentResponses];
export type ForkAgentData = {
    body?: {
        /**
         * A turn, or a message or answer of it; unset: the last turn that is over.
         */
        at?: string;
        /**
         * Unset: that of this agent.
         */
        kind?: string;
        name?: string;
        model?: string;
        effort?: string;
        /**
         * Who talks to it from now on.
         */
        owner?: {
            channel: string;
            userId: string;
        };
    };
    headers?: {
        /**
         * `wait=<seconds>`: wait so long for the outcome; at most 600.
         */
        Prefer?: string;
        /**
         * The caller’s own id for this: a repeat is done once, for 30 days.
         */
        'Idempotency-Key'?: string;
        /**
         * The trace that this belongs to (W3C Trace Context).
         */
        traceparent?: string;
    };
    path: {
        /**
         * The agent’s id or name.
         */
        agent: string;
    };
    query?: never;
    url: '/agents/{agent}/fork';
};
export type ForkAgentErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type ForkAgentError = ForkAgentErrors[keyof ForkAgentErrors];
export type ForkAgentResponses = {
    /**
     * Done.
     */
    201: {
        agentId: string;
        name?: string;
        sequence: number;
        forkedFrom: {
            agentId: string;
            turnId: string;
            sequence: number;
        };
        /**
         * When that turn ended.
         */
        endedAt: string;
        /**
         * By what it knows what was said: its CLI’s session up to there, or the digest alone. Absent while it is not ready.
         */
        memory?: 'session' | 'digest';
        /**
         * Messages, answers and questions that its digest is of.
         */
        messages: number;
        /**
         * Entries that are not in it.
         */
        leftOut: number;
        /**
         * Entries that are cut short in it.
         */
        shortened: number;
        /**
         * Whose turn’s files it begins with; absent: an empty folder.
         */
        files?: {
            turnId: string;
            commit: string;
        };
        ready: boolean;
    };
    /**
     * Asked for, and not done yet.
     */
    202: {
        agentId: string;
        name?: string;
        sequence: number;
        forkedFrom: {
            agentId: string;
            turnId: string;
            sequence: number;
        };
        /**
         * When that turn ended.
         */
        endedAt: string;
        /**
         * By what it knows what was said: its CLI’s session up to there, or the digest alone. Absent while it is not ready.
         */
        memory?: 'session' | 'digest';
        /**
         * Messages, answers and questions that its digest is of.
         */
        messages: number;
        /**
         * Entries that are not in it.
         */
        leftOut: number;
        /**
         * Entries that are cut short in it.
         */
        shortened: number;
        /**
         * Whose turn’s files it begins with; absent: an empty folder.
         */
        files?: {
            turnId: string;
            commit: string;
        };
        ready: boolean;
    };
};
export type ForkAgentResponse = ForkAgentResponses[keyof ForkAgentResponses];
export type GetWhatIfData = {
    body?: never;
    path: {
        /**
         * The agent’s id or name.
         */
        agent: string;
    };
    query?: never;
    url: '/agents/{agent}/what-if';
};
export type GetWhatIfErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type GetWhatIfError = GetWhatIfErrors[keyof GetWhatIfErrors];
export type GetWhatIfResponses = {
    /**
     * Done.
     */
    200: {
        /**
         * Its own agent, which ends and is deleted with its turn.
         */
        agentId: string;
        of: {
            agentId: string;
            turnId: string;
        };
        /**
         * It has no network but to its model.
         */
        isolated: boolean;
        isOver: boolean;
        recorded: {
            agentId: string;
            kind: string;
            model?: string;
            turnId?: string;
            told: Array<string>;
            /**
             * `not-run`: its agent could not be started, or its message was refused.
             */
            outcome: 'answered' | 'asked' | 'silent' | 'failed' | 'running' | 'not-run';
            said: Array<{
                id: string;
                type: 'answer' | 'question';
                time: string;
                text: string;
                options?: Array<string>;
                file?: {
                    fileId: string;
                    name: string;
                    size: number;
                };
            }>;
            failure?: {
                code: string;
                reason: string;
            };
            calls: Array<{
                /**
                 * Tool and verb; `ask` of a question that its asker waited on.
                 */
                name: string;
                input: unknown;
                /**
                 * Of a what-if `recorded`, or `refused` where nothing was.
                 */
                result: 'done' | 'failed' | 'recorded' | 'refused' | 'none';
                code?: string;
            }>;
            /**
             * What it changed; absent where nothing is kept of that.
             */
            files?: {
                commit: string;
                files: number;
                insertions: number;
                deletions: number;
            };
            ms?: number;
            /**
             * Tokens and cost: nothing in the log says what a turn used.
             */
            usage: 'unknown';
        };
        tried: {
            agentId: string;
            kind: string;
            model?: string;
            turnId?: string;
            told: Array<string>;
            /**
             * `not-run`: its agent could not be started, or its message was refused.
             */
            outcome: 'answered' | 'asked' | 'silent' | 'failed' | 'running' | 'not-run';
            said: Array<{
                id: string;
                type: 'answer' | 'question';
                time: string;
                text: string;
                options?: Array<string>;
                file?: {
                    fileId: string;
                    name: string;
                    size: number;
                };
            }>;
            failure?: {
                code: string;
                reason: string;
            };
            calls: Array<{
                /**
                 * Tool and verb; `ask` of a question that its asker waited on.
                 */
                name: string;
                input: unknown;
                /**
                 * Of a what-if `recorded`, or `refused` where nothing was.
                 */
                result: 'done' | 'failed' | 'recorded' | 'refused' | 'none';
                code?: string;
            }>;
            /**
             * What it changed; absent where nothing is kept of that.
             */
            files?: {
                commit: string;
                files: number;
                insertions: number;
                deletions: number;
            };
            ms?: number;
            /**
             * Tokens and cost: nothing in the log says what a turn used.
             */
            usage: 'unknown';
        };
    };
};
export type GetWhatIfResponse = GetWhatIfResponses[keyof GetWhatIfResponses];
export type WhatIfAgentData = {
    body?: {
        /**
         * A turn, or a message or answer of it; unset: the last turn that is over.
         */
        at?: string;
        /**
         * Unset: what it was told then.
         */
        say?: string;
        /**
         * Unset: that of this agent.
         */
        kind?: string;
        model?: string;
        effort?: string;
        /**
         * Also where agents are processes of the machine, which reach the network.
         */
        withoutIsolation?: boolean;
    };
    headers?: {
        /**
         * `wait=<seconds>`: wait so long for the outcome; at most 600.
         */
        Prefer?: string;
        /**
         * The caller’s own id for this: a repeat is done once, for 30 days.
         */
        'Idempotency-Key'?: string;
        /**
         * The trace that this belongs to (W3C Trace Context).
         */
        traceparent?: string;
    };
    path: {
        /**
         * The agent’s id or name.
         */
        agent: string;
    };
    query?: never;
    url: '/agents/{agent}/what-if';
};
export type WhatIfAgentErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type WhatIfAgentError = WhatIfAgentErrors[keyof WhatIfAgentErrors];
export type WhatIfAgentResponses = {
    /**
     * Done.
     */
    201: {
        /**
         * Its own agent, which ends and is deleted with its turn.
         */
        agentId: string;
        of: {
            agentId: string;
            turnId: string;
        };
        /**
         * It has no network but to its model.
         */
        isolated: boolean;
        isOver: boolean;
        recorded: {
            agentId: string;
            kind: string;
            model?: string;
            turnId?: string;
            told: Array<string>;
            /**
             * `not-run`: its agent could not be started, or its message was refused.
             */
            outcome: 'answered' | 'asked' | 'silent' | 'failed' | 'running' | 'not-run';
            said: Array<{
                id: string;
                type: 'answer' | 'question';
                time: string;
                text: string;
                options?: Array<string>;
                file?: {
                    fileId: string;
                    name: string;
                    size: number;
                };
            }>;
            failure?: {
                code: string;
                reason: string;
            };
            calls: Array<{
                /**
                 * Tool and verb; `ask` of a question that its asker waited on.
                 */
                name: string;
                input: unknown;
                /**
                 * Of a what-if `recorded`, or `refused` where nothing was.
                 */
                result: 'done' | 'failed' | 'recorded' | 'refused' | 'none';
                code?: string;
            }>;
            /**
             * What it changed; absent where nothing is kept of that.
             */
            files?: {
                commit: string;
                files: number;
                insertions: number;
                deletions: number;
            };
            ms?: number;
            /**
             * Tokens and cost: nothing in the log says what a turn used.
             */
            usage: 'unknown';
        };
        tried: {
            agentId: string;
            kind: string;
            model?: string;
            turnId?: string;
            told: Array<string>;
            /**
             * `not-run`: its agent could not be started, or its message was refused.
             */
            outcome: 'answered' | 'asked' | 'silent' | 'failed' | 'running' | 'not-run';
            said: Array<{
                id: string;
                type: 'answer' | 'question';
                time: string;
                text: string;
                options?: Array<string>;
                file?: {
                    fileId: string;
                    name: string;
                    size: number;
                };
            }>;
            failure?: {
                code: string;
                reason: string;
            };
            calls: Array<{
                /**
                 * Tool and verb; `ask` of a question that its asker waited on.
                 */
                name: string;
                input: unknown;
                /**
                 * Of a what-if `recorded`, or `refused` where nothing was.
                 */
                result: 'done' | 'failed' | 'recorded' | 'refused' | 'none';
                code?: string;
            }>;
            /**
             * What it changed; absent where nothing is kept of that.
             */
            files?: {
                commit: string;
                files: number;
                insertions: number;
                deletions: number;
            };
            ms?: number;
            /**
             * Tokens and cost: nothing in the log says what a turn used.
             */
            usage: 'unknown';
        };
    };
    /**
     * Asked for, and not done yet.
     */
    202: {
        /**
         * Its own agent, which ends and is deleted with its turn.
         */
        agentId: string;
        of: {
            agentId: string;
            turnId: string;
        };
        /**
         * It has no network but to its model.
         */
        isolated: boolean;
        isOver: boolean;
        recorded: {
            agentId: string;
            kind: string;
            model?: string;
            turnId?: string;
            told: Array<string>;
            /**
             * `not-run`: its agent could not be started, or its message was refused.
             */
            outcome: 'answered' | 'asked' | 'silent' | 'failed' | 'running' | 'not-run';
            said: Array<{
                id: string;
                type: 'answer' | 'question';
                time: string;
                text: string;
                options?: Array<string>;
                file?: {
                    fileId: string;
                    name: string;
                    size: number;
                };
            }>;
            failure?: {
                code: string;
                reason: string;
            };
            calls: Array<{
                /**
                 * Tool and verb; `ask` of a question that its asker waited on.
                 */
                name: string;
                input: unknown;
                /**
                 * Of a what-if `recorded`, or `refused` where nothing was.
                 */
                result: 'done' | 'failed' | 'recorded' | 'refused' | 'none';
                code?: string;
            }>;
            /**
             * What it changed; absent where nothing is kept of that.
             */
            files?: {
                commit: string;
                files: number;
                insertions: number;
                deletions: number;
            };
            ms?: number;
            /**
             * Tokens and cost: nothing in the log says what a turn used.
             */
            usage: 'unknown';
        };
        tried: {
            agentId: string;
            kind: string;
            model?: string;
            turnId?: string;
            told: Array<string>;
            /**
             * `not-run`: its agent could not be started, or its message was refused.
             */
            outcome: 'answered' | 'asked' | 'silent' | 'failed' | 'running' | 'not-run';
            said: Array<{
                id: string;
                type: 'answer' | 'question';
                time: string;
                text: string;
                options?: Array<string>;
                file?: {
                    fileId: string;
                    name: string;
                    size: number;
                };
            }>;
            failure?: {
                code: string;
                reason: string;
            };
            calls: Array<{
                /**
                 * Tool and verb; `ask` of a question that its asker waited on.
                 */
                name: string;
                input: unknown;
                /**
                 * Of a what-if `recorded`, or `refused` where nothing was.
                 */
                result: 'done' | 'failed' | 'recorded' | 'refused' | 'none';
                code?: string;
            }>;
            /**
             * What it changed; absent where nothing is kept of that.
             */
            files?: {
                commit: string;
                files: number;
                insertions: number;
                deletions: number;
            };
            ms?: number;
            /**
             * Tokens and cost: nothing in the log says what a turn used.
             */
            usage: 'unknown';
        };
    };
};
export type WhatIfAgentResponse = WhatIfAgentResponses[keyof WhatIfAgentResponses];
export type ExtendAgentData = {
    body: {
        /**
         * Such as `90s`, `30m` or `2h`.
         */
        ttl: string;
    };
    headers?: {
        /**
         * `wait=<seconds>`: wait so long for the outcome; at most 600.
         */
        Prefer?: string;
        /**
         * The caller’s own id for this: a repeat is done once, for 30 days.
         */
        'Idempotency-Key'?: string;
        /**
         * The trace that this belongs to (W3C Trace Context).
         */
        traceparent?: string;
    };
    path: {
        /**
         * The agent’s id or name.
         */
        agent: string;
    };
    query?: never;
    url: '/agents/{agent}/extend';
};
export type ExtendAgentErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type ExtendAgentError = ExtendAgentErrors[keyof ExtendAgentErrors];
export type ExtendAgentResponses = {
    /**
     * Done.
     */
    200: {
        agentId: string;
        commandId: string;
        sequence: number;
        /**
         * `asked`, or what was waited for: `stopped`.
         */
        outcome: string;
    };
    /**
     * Asked for, and not done yet.
     */
    202: {
        agentId: string;
        commandId: string;
        sequence: number;
        /**
         * `asked`, or what was waited for: `stopped`.
         */
        outcome: string;
    };
};
export type ExtendAgentResponse = ExtendAgentResponses[keyof ExtendAgentResponses];
export type SendMessageData = {
    body: {
        text: string;
        /**
         * What it does while a turn runs.
         */
        mode?: 'join' | 'wait' | 'interrupt';
        /**
         * The id of the question that it answers.
         */
        answers?: string;
        /**
         * As `POST /agents/{agent}/files` told.
         */
        files?: Array<{
            fileId: string;
            name: string;
            size: number;
            sha256: string;
            pieces: number;
        }>;
    };
    headers?: {
        /**
         * `wait=<seconds>`: wait so long for the outcome; at most 600.
         */
        Prefer?: string;
        /**
         * The caller’s own id for this: a repeat is done once, for 30 days.
         */
        'Idempotency-Key'?: string;
        /**
         * The trace that this belongs to (W3C Trace Context).
         */
        traceparent?: string;
    };
    path: {
        /**
         * The agent’s id or name.
         */
        agent: string;
    };
    query?: never;
    url: '/agents/{agent}/messages';
};
export type SendMessageErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type SendMessageError = SendMessageErrors[keyof SendMessageErrors];
export type SendMessageResponses = {
    /**
     * Done.
     */
    200: {
        agentId: string;
        commandId: string;
        sequence: number;
        state: 'sent' | 'ended';
        turnId?: string;
        /**
         * Up to now, where the turn has not ended.
         */
        said: Array<{
            id: string;
            type: 'answer' | 'question';
            time: string;
            text: string;
            options?: Array<string>;
            file?: {
                fileId: string;
                name: string;
                size: number;
            };
        }>;
    };
    /**
     * Asked for, and not done yet.
     */
    202: {
        agentId: string;
        commandId: string;
        sequence: number;
        state: 'sent' | 'ended';
        turnId?: string;
        /**
         * Up to now, where the turn has not ended.
         */
        said: Array<{
            id: string;
            type: 'answer' | 'question';
            time: string;
            text: string;
            options?: Array<string>;
            file?: {
                fileId: string;
                name: string;
                size: number;
            };
        }>;
    };
};
export type SendMessageResponse = SendMessageResponses[keyof SendMessageResponses];
export type StoreFileData = {
    body: unknown;
    path: {
        /**
         * The agent’s id or name.
         */
        agent: string;
    };
    query: {
        /**
         * What it is called.
         */
        name: string;
    };
    url: '/agents/{agent}/files';
};
export type StoreFileErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type StoreFileError = StoreFileErrors[keyof StoreFileErrors];
export type StoreFileResponses = {
    /**
     * Done.
     */
    201: {
        fileId: string;
        name: string;
        size: number;
        sha256: string;
        pieces: number;
    };
};
export type StoreFileResponse = StoreFileResponses[keyof StoreFileResponses];
export type GetFileData = {
    body?: never;
    path: {
        file: string;
    };
    query?: never;
    url: '/files/{file}';
};
export type GetFileErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type GetFileError = GetFileErrors[keyof GetFileErrors];
export type GetFileResponses = {
    /**
     * Done. `application/octet-stream` always
     */
    200: Blob | File;
};
export type GetFileResponse = GetFileResponses[keyof GetFileResponses];
export type GetLogsData = {
    body?: never;
    headers?: {
        /**
         * Go on behind the event of this id.
         */
        'Last-Event-ID'?: string;
    };
    path: {
        /**
         * The agent’s id or name.
         */
        agent: string;
    };
    query?: {
        lines?: number;
        follow?: '' | 'true' | 'false';
    };
    url: '/agents/{agent}/logs';
};
export type GetLogsErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type GetLogsError = GetLogsErrors[keyof GetLogsErrors];
export type GetLogsResponses = {
    /**
     * Done. `text/plain` where `Accept` asks for it `text/event-stream` with `follow`, or where `Accept` asks for it: what is there and what comes, for ever; `Last-Event-ID` goes on behind that id
     */
    200: {
        lines: Array<{
            stream: 'stdout' | 'stderr';
            time: string;
            line: string;
            sequence: number;
        }>;
    };
};
export type GetLogsResponse = GetLogsResponses[keyof GetLogsResponses];
export type FollowConversationData = {
    body?: never;
    headers?: {
        /**
         * Go on behind the event of this id.
         */
        'Last-Event-ID'?: string;
    };
    path: {
        /**
         * The agent’s id or name.
         */
        agent: string;
    };
    query?: {
        /**
         * A sequence of the log; unset: all.
         */
        from?: number;
        follow?: '' | 'true' | 'false';
    };
    url: '/agents/{agent}/conversation';
};
export type FollowConversationErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type FollowConversationError = FollowConversationErrors[keyof FollowConversationErrors];
export type FollowConversationResponses = {
    /**
     * Done. `text/event-stream` with `follow`, or where `Accept` asks for it: what is there and what comes, for ever; `Last-Event-ID` goes on behind that id
     */
    200: {
        happenings: Array<{
            [key: string]: unknown;
        }>;
    };
};
export type FollowConversationResponse = FollowConversationResponses[keyof FollowConversationResponses];
export type ChatData = {
    body?: never;
    path: {
        /**
         * The agent’s id or name.
         */
        agent: string;
    };
    query?: {
        /**
         * Go on behind this sequence; unset: what comes from now on.
         */
        after?: number;
    };
    url: '/agents/{agent}/chat';
};
export type ChatErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type ChatError = ChatErrors[keyof ChatErrors];
export type ChatResponses = {
    /**
     * A problem.
     */
    default: Problem;
};
export type ChatResponse = ChatResponses[keyof ChatResponses];
export type ListTurnsData = {
    body?: never;
    path: {
        /**
         * The agent’s id or name.
         */
        agent: string;
    };
    query?: {
        after?: string;
        /**
         * How many entries at most; 500.
         */
        limit?: number;
    };
    url: '/agents/{agent}/turns';
};
export type ListTurnsErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type ListTurnsError = ListTurnsErrors[keyof ListTurnsErrors];
export type ListTurnsResponses = {
    /**
     * Done.
     */
    200: {
        turns: Array<{
            turnId: string;
            agentId: string;
            state: 'running' | 'ended' | 'failed';
            sequence: number;
            startedAt: string;
            deadlineAt: string;
            endedAt?: string;
            messages: Array<string>;
            answers: number;
            questions: number;
            failure?: {
                code: string;
                reason: string;
                cure: string;
            };
        }>;
        next?: string;
    };
};
export type ListTurnsResponse = ListTurnsResponses[keyof ListTurnsResponses];
export type GetTurnData = {
    body?: never;
    path: {
        turn: string;
    };
    query?: never;
    url: '/turns/{turn}';
};
export type GetTurnErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type GetTurnError = GetTurnErrors[keyof GetTurnErrors];
export type GetTurnResponses = {
    /**
     * Done.
     */
    200: {
        turnId: string;
        agentId: string;
        state: 'running' | 'ended' | 'failed';
        sequence: number;
        startedAt: string;
        deadlineAt: string;
        endedAt?: string;
        messages: Array<string>;
        answers: number;
        questions: number;
        failure?: {
            code: string;
            reason: string;
            cure: string;
        };
        said: Array<{
            id: string;
            type: 'answer' | 'question';
            time: string;
            text: string;
            options?: Array<string>;
            file?: {
                fileId: string;
                name: string;
                size: number;
            };
        }>;
    };
};
export type GetTurnResponse = GetTurnResponses[keyof GetTurnResponses];
export type CallToolData = {
    /**
     * The data of its event (docs/events.md).
     */
    body?: {
        [key: string]: unknown;
    };
    headers?: {
        /**
         * `wait=<seconds>`: wait so long for the outcome; at most 600.
         */
        Prefer?: string;
        /**
         * The caller’s own id for this: a repeat is done once, for 30 days.
         */
        'Idempotency-Key'?: string;
        /**
         * The trace that this belongs to (W3C Trace Context).
         */
        traceparent?: string;
    };
    path: {
        tool: string;
    };
    query?: never;
    url: '/tools/{tool}';
};
export type CallToolErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type CallToolError = CallToolErrors[keyof CallToolErrors];
export type CallToolResponses = {
    /**
     * Done.
     */
    200: {
        /**
         * Of its event.
         */
        id: string;
        sequence: number;
        state: 'stored' | 'done';
        /**
         * The result, where there is one.
         */
        value?: unknown;
    };
    /**
     * Asked for, and not done yet.
     */
    202: {
        /**
         * Of its event.
         */
        id: string;
        sequence: number;
        state: 'stored' | 'done';
        /**
         * The result, where there is one.
         */
        value?: unknown;
    };
};
export type CallToolResponse = CallToolResponses[keyof CallToolResponses];
export type ListEventsData = {
    body?: never;
    headers?: {
        /**
         * Go on behind the event of this id.
         */
        'Last-Event-ID'?: string;
    };
    path?: never;
    query?: {
        /**
         * A sequence, an instant (RFC 3339), or how long ago (`2h`); unset: the first.
         */
        from?: string;
        /**
         * How the type begins: `turn.`.
         */
        type?: string;
        /**
         * The agent’s id or name.
         */
        agent?: string;
        /**
         * The message that they began with.
         */
        correlation?: string;
        /**
         * How many entries at most; 500.
         */
        limit?: number;
        follow?: '' | 'true' | 'false';
    };
    url: '/events';
};
export type ListEventsErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type ListEventsError = ListEventsErrors[keyof ListEventsErrors];
export type ListEventsResponses = {
    /**
     * Done. `text/event-stream` with `follow`, or where `Accept` asks for it: what is there and what comes, for ever; `Last-Event-ID` goes on behind that id
     */
    200: {
        events: Array<{
            time: string;
            sequence: number;
            subject: string;
            id?: string;
            type?: string;
            source?: string;
            correlationId?: string;
            causationId?: string;
            traceparent?: string;
            /**
             * Why it counts for nobody.
             */
            invalid?: string;
            data: unknown;
        }>;
        /**
         * There are more, `from` here.
         */
        next?: number;
    };
};
export type ListEventsResponse = ListEventsResponses[keyof ListEventsResponses];
export type GetWaterfallData = {
    body?: never;
    path: {
        /**
         * Of the message, or of any event that came of it.
         */
        sequence: number;
    };
    query?: never;
    url: '/events/{sequence}/waterfall';
};
export type GetWaterfallErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type GetWaterfallError = GetWaterfallErrors[keyof GetWaterfallErrors];
export type GetWaterfallResponses = {
    /**
     * Done.
     */
    200: {
        messageId: string;
        agentId: string;
        sequence: number;
        text: string;
        source: string;
        from?: {
            channel: string;
            userId: string;
        };
        turnId?: string;
        startedAt: string;
        /**
         * Absent while something goes on.
         */
        endedAt?: string;
        outcome: 'waiting' | 'running' | 'answered' | 'silent' | 'failed' | 'rejected';
        spans: Array<{
            id: string;
            parent?: string;
            kind: 'queue' | 'turn' | 'tool' | 'job' | 'said' | 'note' | 'delivery' | 'attempt';
            name: string;
            detail?: string;
            sequence: number;
            startedAt: string;
            /**
             * Absent while it goes on.
             */
            endedAt?: string;
            state: 'open' | 'done' | 'failed' | 'perhaps';
        }>;
    };
};
export type GetWaterfallResponse = GetWaterfallResponses[keyof GetWaterfallResponses];
export type SearchHistoryData = {
    body?: never;
    path?: never;
    query?: {
        /**
         * A part of it, in upper or lower case.
         */
        grep?: string;
        /**
         * The agent’s id or name.
         */
        agent?: string;
        /**
         * The last event that counts: its sequence or id, an instant, or how long ago; unset: the last of all.
         */
        from?: string;
        /**
         * The last event that counts: its sequence or id, an instant, or how long ago; unset: the last of all.
         */
        to?: string;
        /**
         * How many entries at most; 500.
         */
        limit?: number;
    };
    url: '/history';
};
export type SearchHistoryErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type SearchHistoryError = SearchHistoryErrors[keyof SearchHistoryErrors];
export type SearchHistoryResponses = {
    /**
     * Done.
     */
    200: {
        entries: Array<{
            time: string;
            stream: 'EVENTS' | 'LOGS';
            sequence: number;
            agentId: string;
            kind: 'message' | 'answer' | 'question' | 'progress' | 'call' | 'result' | 'failed' | 'stdout' | 'stderr';
            text: string;
            id?: string;
        }>;
        /**
         * How many there are; these are the last.
         */
        found: number;
    };
};
export type SearchHistoryResponse = SearchHistoryResponses[keyof SearchHistoryResponses];
export type GetOwnHistoryData = {
    body?: never;
    path?: never;
    query?: {
        /**
         * A part of it, in upper or lower case.
         */
        grep?: string;
        /**
         * The last event that counts: its sequence or id, an instant, or how long ago; unset: the last of all.
         */
        from?: string;
        /**
         * The last event that counts: its sequence or id, an instant, or how long ago; unset: the last of all.
         */
        to?: string;
        /**
         * How many entries at most; 500.
         */
        limit?: number;
    };
    url: '/own-history';
};
export type GetOwnHistoryErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type GetOwnHistoryError = GetOwnHistoryErrors[keyof GetOwnHistoryErrors];
export type GetOwnHistoryResponses = {
    /**
     * Done.
     */
    200: {
        entries: Array<{
            time: string;
            stream: 'EVENTS' | 'LOGS';
            sequence: number;
            agentId: string;
            kind: 'message' | 'answer' | 'question' | 'progress' | 'call' | 'result' | 'failed' | 'stdout' | 'stderr';
            text: string;
            id?: string;
        }>;
        found: number;
    };
};
export type GetOwnHistoryResponse = GetOwnHistoryResponses[keyof GetOwnHistoryResponses];
export type GetWhyTurnData = {
    body?: never;
    path: {
        turn: string;
    };
    query?: never;
    url: '/turns/{turn}/why';
};
export type GetWhyTurnErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type GetWhyTurnError = GetWhyTurnErrors[keyof GetWhyTurnErrors];
export type GetWhyTurnResponses = {
    /**
     * Done.
     */
    200: {
        turn: {
            turnId: string;
            agentId: string;
            state: 'running' | 'ended' | 'failed';
            sequence: number;
            startedAt: string;
            deadlineAt: string;
            endedAt?: string;
            messages: Array<string>;
            failure?: {
                code: string;
                reason: string;
                cure: string;
            };
        };
        /**
         * How its agent behaves, as the log shows it.
         */
        traits: {
            whileBusy: 'join' | 'queue';
            endOfTurn: 'signal' | 'response';
        };
        steps: Array<{
            /**
             * `open-turn`, `deliver`, `nudge`, `end-turn`, `fail-turn`, and others.
             */
            do: string;
            because: string;
            /**
             * The event after which there was nothing else to do.
             */
            after: {
                sequence: number;
                time: string;
                type: string;
            };
            /**
             * The event that says that it was done.
             */
            stated?: {
                sequence: number;
                time: string;
                type: string;
            };
        }>;
    };
};
export type GetWhyTurnResponse = GetWhyTurnResponses[keyof GetWhyTurnResponses];
export type GetTimelineData = {
    body?: never;
    path: {
        /**
         * The id or place of the message or of what came of it, the number of its update, or a link of Telegram, encoded.
         */
        message: string;
    };
    query?: never;
    url: '/timelines/{message}';
};
export type GetTimelineErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type GetTimelineError = GetTimelineErrors[keyof GetTimelineErrors];
export type GetTimelineResponses = {
    /**
     * Done.
     */
    200: {
        messageId: string;
        agentId: string;
        sequence: number;
        text: string;
        source: string;
        from?: {
            channel: string;
            userId: string;
        };
        turnId?: string;
        startedAt: string;
        /**
         * Absent while something goes on.
         */
        endedAt?: string;
        outcome: 'waiting' | 'running' | 'answered' | 'silent' | 'failed' | 'rejected';
        spans: Array<{
            id: string;
            parent?: string;
            kind: 'queue' | 'turn' | 'tool' | 'job' | 'said' | 'note' | 'delivery' | 'attempt';
            name: string;
            detail?: string;
            sequence: number;
            startedAt: string;
            /**
             * Absent while it goes on.
             */
            endedAt?: string;
            state: 'open' | 'done' | 'failed' | 'perhaps';
        }>;
    };
};
export type GetTimelineResponse = GetTimelineResponses[keyof GetTimelineResponses];
export type GetReceiptData = {
    body?: never;
    path: {
        /**
         * The id or place of the message or of what came of it, the number of its update, or a link of Telegram, encoded.
         */
        message: string;
    };
    query?: never;
    url: '/receipts/{message}';
};
export type GetReceiptErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type GetReceiptError = GetReceiptErrors[keyof GetReceiptErrors];
export type GetReceiptResponses = {
    /**
     * Done.
     */
    200: {
        format: 'orchestrator-receipt-1';
        log: string;
        key: string;
        messageId: string;
        agentId: string;
        issuedAt: string;
        steps: Array<{
            sequence: number;
            time: string;
            subject: string;
            headers?: string;
            headersBase64?: string;
            data?: string;
            dataBase64?: string;
            salt: string;
            path: Array<string>;
        }>;
        seals: Array<{
            number: number;
            from: number;
            to: number;
            root: string;
            previous: string;
            sealedAt: string;
            signature: string;
        }>;
        signature: string;
    };
};
export type GetReceiptResponse = GetReceiptResponses[keyof GetReceiptResponses];
export type GetActivityData = {
    body?: never;
    path?: never;
    query?: {
        /**
         * How far back; `3h`.
         */
        last?: string;
        /**
         * How long each stretch is; `1m`. At most 1500 of them.
         */
        stretch?: string;
    };
    url: '/activity';
};
export type GetActivityErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type GetActivityError = GetActivityErrors[keyof GetActivityErrors];
export type GetActivityResponses = {
    /**
     * Done.
     */
    200: {
        /**
         * When each stretch begins, seconds since 1970.
         */
        at: Array<number>;
        turns: Array<number>;
        answers: Array<number>;
        deliveries: Array<number>;
        failures: Array<number>;
    };
};
export type GetActivityResponse = GetActivityResponses[keyof GetActivityResponses];
export type GetStateData = {
    body?: never;
    path?: never;
    query?: {
        /**
         * The last event that counts: its sequence or id, an instant, or how long ago; unset: the last of all.
         */
        at?: string;
        /**
         * How many entries at most; 500.
         */
        limit?: number;
    };
    url: '/state';
};
export type GetStateErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type GetStateError = GetStateErrors[keyof GetStateErrors];
export type GetStateResponses = {
    /**
     * Done.
     */
    200: {
        /**
         * The place that was asked for.
         */
        at: number;
        /**
         * The last event that there is.
         */
        last: number;
        /**
         * What stands at this place.
         */
        event?: {
            time: string;
            sequence: number;
            subject: string;
            id?: string;
            type?: string;
            source?: string;
            correlationId?: string;
            causationId?: string;
            traceparent?: string;
            /**
             * Why it counts for nobody.
             */
            invalid?: string;
            data: unknown;
        };
        agents: Array<{
            agentId: string;
            phase: 'unknown' | 'requested' | 'starting' | 'ready' | 'stopping' | 'ended';
            kind?: string;
            names?: Array<string>;
            model?: string;
            owner?: {
                channel: string;
                userId: string;
            };
            projectId?: string;
            orderedBy?: string;
            forkedFrom?: {
                agentId: string;
                turnId: string;
                sequence: number;
                export?: string;
            };
            whatIf?: {
                agentId: string;
                turnId: string;
            };
            createdAt?: string;
            expiresAt?: string;
            endedAt?: string;
            end?: string;
            deleted: boolean;
            homeRemoved?: true;
            node?: string;
            runId?: string;
            pid?: number;
            queued: number;
            turn?: {
                turnId: string;
                startedAt: string;
                deadlineAt: string;
                messages: Array<string>;
            };
            counts: {
                messages: number;
                answers: number;
                turns: number;
                failed: number;
            };
        }>;
        jobs: Array<{
            id: string;
            tool: string;
            verb: string;
            state: 'working' | 'input_required' | 'completed' | 'failed' | 'cancelled';
            input: {
                [key: string]: unknown;
            };
            agentId?: string;
            owner?: {
                channel: string;
                userId: string;
            };
            requestedAt: string;
            endedAt?: string;
            progress?: {
                text?: string;
                percent?: number;
                at: string;
            };
            question?: string;
            result?: unknown;
            error?: {
                code: string;
                message: string;
            };
        }>;
        projects: Array<{
            id: string;
            name: string;
            agentId?: string;
            owner?: {
                channel: string;
                userId: string;
            };
            createdAt: string;
            repo?: string;
            branch?: string;
            phase?: 'fetching' | 'failed' | 'archived';
            readonly notes?: Array<string>;
            problem?: {
                code: string;
                reason: string;
                cure: string;
            };
        }>;
        users: Array<{
            channel: string;
            userId: string;
            agentId: string | null;
            agents: Array<string>;
            projectId?: string;
        }>;
        nodes: Array<{
            node: string;
            state: string;
        }>;
        /**
         * How many there are; an answer has `limit` of each.
         */
        counts: {
            agents: number;
            jobs: number;
            projects: number;
            users: number;
        };
    };
};
export type GetStateResponse = GetStateResponses[keyof GetStateResponses];
export type GetDiffData = {
    body?: never;
    path?: never;
    query: {
        /**
         * The last event that counts for before, as `at` of `/state`.
         */
        from: string;
        /**
         * The last event that counts: its sequence or id, an instant, or how long ago; unset: the last of all.
         */
        to?: string;
        /**
         * Only of this agent, person, project or job.
         */
        of?: string;
        /**
         * How many changes at most; all without.
         */
        limit?: number;
    };
    url: '/diff';
};
export type GetDiffErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type GetDiffError = GetDiffErrors[keyof GetDiffErrors];
export type GetDiffResponses = {
    /**
     * Done.
     */
    200: {
        from: number;
        to: number;
        of?: {
            kind: 'agent' | 'user' | 'project' | 'job';
            id: string;
        };
        changes: Array<{
            op: 'add' | 'replace' | 'remove';
            /**
             * A JSON pointer (RFC 6901).
             */
            path: string;
            value?: unknown;
            /**
             * What stood there.
             */
            was?: unknown;
            /**
             * The last event that changed it.
             */
            by?: {
                sequence: number;
                time: string;
                type: string;
            };
        }>;
        /**
         * How many were left out.
         */
        more?: number;
    };
};
export type GetDiffResponse = GetDiffResponses[keyof GetDiffResponses];
export type JudgeData = {
    body?: never;
    path?: never;
    query?: {
        /**
         * The first event that is judged.
         */
        from?: string;
        /**
         * The last one.
         */
        to?: string;
        /**
         * How many differences at most; the first 1,000 without.
         */
        limit?: number;
    };
    url: '/judge';
};
export type JudgeErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type JudgeError = JudgeErrors[keyof JudgeErrors];
export type JudgeResponses = {
    /**
     * Done.
     */
    200: {
        from: number;
        /**
         * The last event that was judged.
         */
        through: number;
        decisions: number;
        differ: number;
        differences: Array<{
            /**
             * Something else is decided now; nothing is; something is that nobody has done; a timer rang that nothing sets now.
             */
            kind: 'other' | 'not-decided' | 'not-taken' | 'timer';
            sequence: number;
            time: string;
            /**
             * Whose it is: an agent, a job, a delivery.
             */
            of: string;
            /**
             * What stands in the log.
             */
            stands: Array<{
                /**
                 * Absent of what does not stand in the log.
                 */
                sequence?: number;
                type: string;
                id: string;
                subject: string;
                data: unknown;
            }>;
            /**
             * What is decided now.
             */
            decided: Array<{
                /**
                 * Absent of what does not stand in the log.
                 */
                sequence?: number;
                type: string;
                id: string;
                subject: string;
                data: unknown;
            }>;
        }>;
    };
};
export type JudgeResponse = JudgeResponses[keyof JudgeResponses];
export type GetPartOfStateData = {
    body?: never;
    path: {
        /**
         * An id or name; of a person `<channel>/<user id>`, encoded.
         */
        of: string;
    };
    query?: {
        /**
         * The last event that counts: its sequence or id, an instant, or how long ago; unset: the last of all.
         */
        at?: string;
    };
    url: '/state/{of}';
};
export type GetPartOfStateErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type GetPartOfStateError = GetPartOfStateErrors[keyof GetPartOfStateErrors];
export type GetPartOfStateResponses = {
    /**
     * Done.
     */
    200: {
        /**
         * The place that was asked for.
         */
        at: number;
        /**
         * The last event that there is.
         */
        last: number;
        /**
         * What stands at this place.
         */
        event?: {
            time: string;
            sequence: number;
            subject: string;
            id?: string;
            type?: string;
            source?: string;
            correlationId?: string;
            causationId?: string;
            traceparent?: string;
            /**
             * Why it counts for nobody.
             */
            invalid?: string;
            data: unknown;
        };
        kind: 'agent' | 'user' | 'project' | 'job';
        id: string;
        state: {
            [key: string]: unknown;
        };
    };
};
export type GetPartOfStateResponse = GetPartOfStateResponses[keyof GetPartOfStateResponses];
export type ListProjectsData = {
    body?: never;
    path?: never;
    query?: {
        owner?: string;
        after?: string;
        /**
         * How many entries at most; 500.
         */
        limit?: number;
    };
    url: '/projects';
};
export type ListProjectsErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type ListProjectsError = ListProjectsErrors[keyof ListProjectsErrors];
export type ListProjectsResponses = {
    /**
     * Done.
     */
    200: {
        projects: Array<{
            id: string;
            name: string;
            agentId?: string;
            owner?: {
                channel: string;
                userId: string;
            };
            createdAt: string;
            repo?: string;
            branch?: string;
            phase?: 'fetching' | 'failed' | 'archived';
            readonly notes?: Array<string>;
            problem?: {
                code: string;
                reason: string;
                cure: string;
            };
        }>;
        next?: string;
    };
};
export type ListProjectsResponse = ListProjectsResponses[keyof ListProjectsResponses];
export type CreateProjectData = {
    body: {
        name: string;
        repo?: string;
        branch?: string;
        owner?: {
            channel: string;
            userId: string;
        };
    };
    headers?: {
        /**
         * The caller’s own id for this: a repeat is done once, for 30 days.
         */
        'Idempotency-Key'?: string;
        /**
         * The trace that this belongs to (W3C Trace Context).
         */
        traceparent?: string;
    };
    path?: never;
    query?: never;
    url: '/projects';
};
export type CreateProjectErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type CreateProjectError = CreateProjectErrors[keyof CreateProjectErrors];
export type CreateProjectResponses = {
    /**
     * Done.
     */
    201: {
        id: string;
        name: string;
    };
};
export type CreateProjectResponse = CreateProjectResponses[keyof CreateProjectResponses];
export type ArchiveProjectData = {
    body?: never;
    path: {
        /**
         * The project’s id or name.
         */
        project: string;
    };
    query?: never;
    url: '/projects/{project}';
};
export type ArchiveProjectErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type ArchiveProjectError = ArchiveProjectErrors[keyof ArchiveProjectErrors];
export type ArchiveProjectResponses = {
    /**
     * Done.
     */
    200: {
        id: string;
        name: string;
        state: 'archived';
    };
};
export type ArchiveProjectResponse = ArchiveProjectResponses[keyof ArchiveProjectResponses];
export type GetProjectData = {
    body?: never;
    path: {
        /**
         * The project’s id or name.
         */
        project: string;
    };
    query?: never;
    url: '/projects/{project}';
};
export type GetProjectErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type GetProjectError = GetProjectErrors[keyof GetProjectErrors];
export type GetProjectResponses = {
    /**
     * Done.
     */
    200: {
        id: string;
        name: string;
        agentId?: string;
        owner?: {
            channel: string;
            userId: string;
        };
        createdAt: string;
        repo?: string;
        branch?: string;
        phase?: 'fetching' | 'failed' | 'archived';
        readonly notes?: Array<string>;
        problem?: {
            code: string;
            reason: string;
            cure: string;
        };
    };
};
export type GetProjectResponse = GetProjectResponses[keyof GetProjectResponses];
export type UseProjectData = {
    body: {
        owner: {
            channel: string;
            userId: string;
        };
    };
    path: {
        /**
         * The project’s id or name.
         */
        project: string;
    };
    query?: never;
    url: '/projects/{project}/use';
};
export type UseProjectErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type UseProjectError = UseProjectErrors[keyof UseProjectErrors];
export type UseProjectResponses = {
    /**
     * Done.
     */
    200: {
        id: string;
        name: string;
    };
};
export type UseProjectResponse = UseProjectResponses[keyof UseProjectResponses];
export type DiffProjectData = {
    body?: never;
    path: {
        /**
         * The project’s id or name.
         */
        project: string;
    };
    query?: {
        /**
         * Whose work, by id or name.
         */
        agent?: string;
        /**
         * This branch instead.
         */
        branch?: string;
        turn?: 'last' | 'all';
    };
    url: '/projects/{project}/diff';
};
export type DiffProjectErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type DiffProjectError = DiffProjectErrors[keyof DiffProjectErrors];
export type DiffProjectResponses = {
    /**
     * Done.
     */
    200: {
        diff: string;
        truncated: boolean;
    };
};
export type DiffProjectResponse = DiffProjectResponses[keyof DiffProjectResponses];
export type LogProjectData = {
    body?: never;
    path: {
        /**
         * The project’s id or name.
         */
        project: string;
    };
    query?: {
        /**
         * Whose work, by id or name.
         */
        agent?: string;
        /**
         * This branch instead.
         */
        branch?: string;
        limit?: number;
    };
    url: '/projects/{project}/log';
};
export type LogProjectErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type LogProjectError = LogProjectErrors[keyof LogProjectErrors];
export type LogProjectResponses = {
    /**
     * Done.
     */
    200: Array<{
        commit: string;
        author: string;
        time: string;
        subject: string;
    }>;
};
export type LogProjectResponse = LogProjectResponses[keyof LogProjectResponses];
export type ExportProjectData = {
    body?: never;
    path: {
        /**
         * The project’s id or name.
         */
        project: string;
    };
    query?: {
        /**
         * Whose work, by id or name.
         */
        agent?: string;
        /**
         * This branch instead.
         */
        branch?: string;
    };
    url: '/projects/{project}/export';
};
export type ExportProjectErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type ExportProjectError = ExportProjectErrors[keyof ExportProjectErrors];
export type ExportProjectResponses = {
    /**
     * Done.
     */
    200: {
        patch: string;
    };
};
export type ExportProjectResponse = ExportProjectResponses[keyof ExportProjectResponses];
export type MergeProjectData = {
    body?: {
        /**
         * Whose work, by id or name.
         */
        agent?: string;
        /**
         * This branch instead.
         */
        branch?: string;
    };
    path: {
        /**
         * The project’s id or name.
         */
        project: string;
    };
    query?: never;
    url: '/projects/{project}/merge';
};
export type MergeProjectErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type MergeProjectError = MergeProjectErrors[keyof MergeProjectErrors];
export type MergeProjectResponses = {
    /**
     * Done.
     */
    200: {
        from: string;
        into: string;
        commit: string;
        how: 'fast-forward' | 'merge' | 'nothing';
    };
};
export type MergeProjectResponse = MergeProjectResponses[keyof MergeProjectResponses];
export type PushProjectData = {
    body?: {
        /**
         * Whose work, by id or name.
         */
        agent?: string;
        /**
         * This branch instead.
         */
        branch?: string;
        to?: string;
    };
    path: {
        /**
         * The project’s id or name.
         */
        project: string;
    };
    query?: never;
    url: '/projects/{project}/push';
};
export type PushProjectErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type PushProjectError = PushProjectErrors[keyof PushProjectErrors];
export type PushProjectResponses = {
    /**
     * Done.
     */
    200: {
        branch: string;
        to: string;
        commit: string;
    };
};
export type PushProjectResponse = PushProjectResponses[keyof PushProjectResponses];
export type ListJobsData = {
    body?: never;
    path?: never;
    query?: {
        owner?: string;
        after?: string;
        /**
         * How many entries at most; 500.
         */
        limit?: number;
    };
    url: '/jobs';
};
export type ListJobsErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type ListJobsError = ListJobsErrors[keyof ListJobsErrors];
export type ListJobsResponses = {
    /**
     * Done.
     */
    200: {
        jobs: Array<{
            id: string;
            tool: string;
            verb: string;
            state: 'working' | 'input_required' | 'completed' | 'failed' | 'cancelled';
            input: {
                [key: string]: unknown;
            };
            agentId?: string;
            owner?: {
                channel: string;
                userId: string;
            };
            requestedAt: string;
            endedAt?: string;
            progress?: {
                text?: string;
                percent?: number;
                at: string;
            };
            question?: string;
            result?: unknown;
            error?: {
                code: string;
                message: string;
            };
        }>;
        next?: string;
    };
};
export type ListJobsResponse = ListJobsResponses[keyof ListJobsResponses];
export type GetJobData = {
    body?: never;
    headers?: {
        /**
         * `wait=<seconds>`: wait so long for the outcome; at most 600.
         */
        Prefer?: string;
    };
    path: {
        job: string;
    };
    query?: never;
    url: '/jobs/{job}';
};
export type GetJobErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type GetJobError = GetJobErrors[keyof GetJobErrors];
export type GetJobResponses = {
    /**
     * Done.
     */
    200: {
        id: string;
        tool: string;
        verb: string;
        state: 'working' | 'input_required' | 'completed' | 'failed' | 'cancelled';
        input: {
            [key: string]: unknown;
        };
        agentId?: string;
        owner?: {
            channel: string;
            userId: string;
        };
        requestedAt: string;
        endedAt?: string;
        progress?: {
            text?: string;
            percent?: number;
            at: string;
        };
        question?: string;
        result?: unknown;
        error?: {
            code: string;
            message: string;
        };
    };
    /**
     * Asked for, and not done yet.
     */
    202: {
        id: string;
        tool: string;
        verb: string;
        state: 'working' | 'input_required' | 'completed' | 'failed' | 'cancelled';
        input: {
            [key: string]: unknown;
        };
        agentId?: string;
        owner?: {
            channel: string;
            userId: string;
        };
        requestedAt: string;
        endedAt?: string;
        progress?: {
            text?: string;
            percent?: number;
            at: string;
        };
        question?: string;
        result?: unknown;
        error?: {
            code: string;
            message: string;
        };
    };
};
export type GetJobResponse = GetJobResponses[keyof GetJobResponses];
export type GetJobLogsData = {
    body?: never;
    path: {
        job: string;
    };
    query?: never;
    url: '/jobs/{job}/logs';
};
export type GetJobLogsErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type GetJobLogsError = GetJobLogsErrors[keyof GetJobLogsErrors];
export type GetJobLogsResponses = {
    /**
     * Done. `text/plain` where `Accept` asks for it
     */
    200: {
        lines: Array<{
            stream: 'stdout' | 'stderr';
            time: string;
            line: string;
            sequence: number;
        }>;
    };
};
export type GetJobLogsResponse = GetJobLogsResponses[keyof GetJobLogsResponses];
export type AnswerJobData = {
    body: {
        approved: boolean;
    };
    path: {
        job: string;
    };
    query?: never;
    url: '/jobs/{job}/answer';
};
export type AnswerJobErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type AnswerJobError = AnswerJobErrors[keyof AnswerJobErrors];
export type AnswerJobResponses = {
    /**
     * Done.
     */
    200: {
        id: string;
        tool: string;
        verb: string;
        state: 'working' | 'input_required' | 'completed' | 'failed' | 'cancelled';
        input: {
            [key: string]: unknown;
        };
        agentId?: string;
        owner?: {
            channel: string;
            userId: string;
        };
        requestedAt: string;
        endedAt?: string;
        progress?: {
            text?: string;
            percent?: number;
            at: string;
        };
        question?: string;
        result?: unknown;
        error?: {
            code: string;
            message: string;
        };
    };
};
export type AnswerJobResponse = AnswerJobResponses[keyof AnswerJobResponses];
export type CancelJobData = {
    body?: never;
    path: {
        job: string;
    };
    query?: never;
    url: '/jobs/{job}/cancel';
};
export type CancelJobErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type CancelJobError = CancelJobErrors[keyof CancelJobErrors];
export type CancelJobResponses = {
    /**
     * Done.
     */
    200: {
        id: string;
        tool: string;
        verb: string;
        state: 'working' | 'input_required' | 'completed' | 'failed' | 'cancelled';
        input: {
            [key: string]: unknown;
        };
        agentId?: string;
        owner?: {
            channel: string;
            userId: string;
        };
        requestedAt: string;
        endedAt?: string;
        progress?: {
            text?: string;
            percent?: number;
            at: string;
        };
        question?: string;
        result?: unknown;
        error?: {
            code: string;
            message: string;
        };
    };
};
export type CancelJobResponse = CancelJobResponses[keyof CancelJobResponses];
export type CallBackJobData = {
    body: {
        state: 'working' | 'completed' | 'failed';
        /**
         * How far it is, in words.
         */
        text?: string;
        percent?: number;
        /**
         * What it comes to, where it has completed.
         */
        result?: unknown;
        /**
         * Why it has failed.
         */
        error?: string;
    };
    headers?: {
        /**
         * The caller’s own id for this: a repeat is done once, for 30 days.
         */
        'Idempotency-Key'?: string;
        /**
         * The trace that this belongs to (W3C Trace Context).
         */
        traceparent?: string;
    };
    path: {
        job: string;
    };
    query?: never;
    url: '/jobs/{job}/callback';
};
export type CallBackJobErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type CallBackJobError = CallBackJobErrors[keyof CallBackJobErrors];
export type CallBackJobResponses = {
    /**
     * Done.
     */
    200: {
        id: string;
        state: 'working' | 'input_required' | 'completed' | 'failed' | 'cancelled';
        /**
         * The job had ended, and not so.
         */
        late: boolean;
    };
};
export type CallBackJobResponse = CallBackJobResponses[keyof CallBackJobResponses];
export type ListDeliveriesData = {
    body?: never;
    path?: never;
    query?: {
        channel?: string;
        state?: 'waiting' | 'attempting' | 'confirmed' | 'failed';
        /**
         * Those alone that failed or were perhaps repeated, and that nobody has settled since.
         */
        owed?: '' | 'true' | 'false';
        /**
         * How many entries at most; 500.
         */
        limit?: number;
    };
    url: '/deliveries';
};
export type ListDeliveriesErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type ListDeliveriesError = ListDeliveriesErrors[keyof ListDeliveriesErrors];
export type ListDeliveriesResponses = {
    /**
     * Done.
     */
    200: {
        deliveries: Array<{
            channel: string;
            id: string;
            state: 'waiting' | 'attempting' | 'confirmed' | 'failed';
            chatId: string;
            agentId?: string;
            requestedAt: string;
            sequence: number;
            /**
             * Why it failed, or why nobody knows whether it arrived.
             */
            reason?: string;
            /**
             * It was sent again after a call without a known end.
             */
            perhaps?: true;
            /**
             * The delivery by which it was sent again.
             */
            again?: string;
            /**
             * An operator has said that it arrived.
             */
            arrived?: true;
        }>;
    };
};
export type ListDeliveriesResponse = ListDeliveriesResponses[keyof ListDeliveriesResponses];
export type SendAgainData = {
    body?: never;
    path: {
        channel: string;
        delivery: string;
    };
    query?: never;
    url: '/deliveries/{channel}/{delivery}/again';
};
export type SendAgainErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type SendAgainError = SendAgainErrors[keyof SendAgainErrors];
export type SendAgainResponses = {
    /**
     * Done.
     */
    200: {
        channel: string;
        deliveryId: string;
    };
};
export type SendAgainResponse = SendAgainResponses[keyof SendAgainResponses];
export type StateArrivedData = {
    body?: never;
    path: {
        channel: string;
        delivery: string;
    };
    query?: never;
    url: '/deliveries/{channel}/{delivery}/arrived';
};
export type StateArrivedErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type StateArrivedError = StateArrivedErrors[keyof StateArrivedErrors];
export type StateArrivedResponses = {
    /**
     * Done.
     */
    200: {
        channel: string;
        deliveryId: string;
    };
};
export type StateArrivedResponse = StateArrivedResponses[keyof StateArrivedResponses];
export type ListUsersData = {
    body?: never;
    path?: never;
    query?: {
        after?: string;
        /**
         * How many entries at most; 500.
         */
        limit?: number;
    };
    url: '/users';
};
export type ListUsersErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type ListUsersError = ListUsersErrors[keyof ListUsersErrors];
export type ListUsersResponses = {
    /**
     * Done.
     */
    200: {
        users: Array<{
            channel: string;
            userId: string;
            agentId: string | null;
            agents: Array<string>;
            projectId?: string;
        }>;
        next?: string;
    };
};
export type ListUsersResponse = ListUsersResponses[keyof ListUsersResponses];
export type GetUserData = {
    body?: never;
    path: {
        channel: string;
        user: string;
    };
    query?: never;
    url: '/users/{channel}/{user}';
};
export type GetUserErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type GetUserError = GetUserErrors[keyof GetUserErrors];
export type GetUserResponses = {
    /**
     * Done.
     */
    200: {
        channel: string;
        userId: string;
        agentId: string | null;
        agents: Array<string>;
        projectId?: string;
    };
};
export type GetUserResponse = GetUserResponses[keyof GetUserResponses];
export type ListNodesData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/nodes';
};
export type ListNodesErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type ListNodesError = ListNodesErrors[keyof ListNodesErrors];
export type ListNodesResponses = {
    /**
     * Done.
     */
    200: {
        nodes: Array<{
            node: string;
            state: 'serving' | 'draining' | 'drained' | 'gone';
            agents: number;
            lease?: {
                [key: string]: unknown;
            };
        }>;
    };
};
export type ListNodesResponse = ListNodesResponses[keyof ListNodesResponses];
export type ResumeNodeData = {
    body?: never;
    path: {
        node: string;
    };
    query?: never;
    url: '/nodes/{node}/drain';
};
export type ResumeNodeErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type ResumeNodeError = ResumeNodeErrors[keyof ResumeNodeErrors];
export type ResumeNodeResponses = {
    /**
     * Done.
     */
    200: {
        node: string;
        state: string;
    };
};
export type ResumeNodeResponse = ResumeNodeResponses[keyof ResumeNodeResponses];
export type DrainNodeData = {
    body?: never;
    headers?: {
        /**
         * `wait=<seconds>`: wait so long for the outcome; at most 600.
         */
        Prefer?: string;
    };
    path: {
        node: string;
    };
    query?: never;
    url: '/nodes/{node}/drain';
};
export type DrainNodeErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type DrainNodeError = DrainNodeErrors[keyof DrainNodeErrors];
export type DrainNodeResponses = {
    /**
     * Done.
     */
    200: {
        node: string;
        state: string;
        kept?: number;
    };
    /**
     * Asked for, and not done yet.
     */
    202: {
        node: string;
        state: string;
        kept?: number;
    };
};
export type DrainNodeResponse = DrainNodeResponses[keyof DrainNodeResponses];
export type ListTokensData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/tokens';
};
export type ListTokensErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type ListTokensError = ListTokensErrors[keyof ListTokensErrors];
export type ListTokensResponses = {
    /**
     * Done.
     */
    200: {
        tokens: Array<{
            id: string;
            name: string;
            scope: 'read' | 'chat' | 'operate' | 'admin' | 'agent';
            /**
             * As whom it speaks, where its scope is `agent`.
             */
            agentId?: string;
            createdAt: string;
            expiresAt?: string;
            revokedAt?: string;
        }>;
    };
};
export type ListTokensResponse = ListTokensResponses[keyof ListTokensResponses];
export type CreateTokenData = {
    body: {
        /**
         * What it is for.
         */
        name: string;
        scope?: 'read' | 'chat' | 'operate' | 'admin';
        /**
         * Instead of a scope: whom it speaks as, and no more.
         */
        agent?: string;
        /**
         * How long it opens anything; unset: until it is revoked.
         */
        ttl?: string;
    };
    path?: never;
    query?: never;
    url: '/tokens';
};
export type CreateTokenErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type CreateTokenError = CreateTokenErrors[keyof CreateTokenErrors];
export type CreateTokenResponses = {
    /**
     * Done.
     */
    201: {
        id: string;
        name: string;
        scope: 'read' | 'chat' | 'operate' | 'admin' | 'agent';
        /**
         * As whom it speaks, where its scope is `agent`.
         */
        agentId?: string;
        createdAt: string;
        expiresAt?: string;
        revokedAt?: string;
        token: string;
    };
};
export type CreateTokenResponse = CreateTokenResponses[keyof CreateTokenResponses];
export type RevokeTokenData = {
    body?: never;
    path: {
        token: string;
    };
    query?: never;
    url: '/tokens/{token}';
};
export type RevokeTokenErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type RevokeTokenError = RevokeTokenErrors[keyof RevokeTokenErrors];
export type RevokeTokenResponses = {
    /**
     * Done.
     */
    200: {
        id: string;
        name: string;
        scope: 'read' | 'chat' | 'operate' | 'admin' | 'agent';
        /**
         * As whom it speaks, where its scope is `agent`.
         */
        agentId?: string;
        createdAt: string;
        expiresAt?: string;
        revokedAt?: string;
    };
};
export type RevokeTokenResponse = RevokeTokenResponses[keyof RevokeTokenResponses];
export type GetExportData = {
    body?: never;
    path?: never;
    query?: {
        /**
         * Only what is this agent’s.
         */
        agent?: string;
        /**
         * Only what is this person’s: `<channel>/<user id>`.
         */
        user?: string;
        /**
         * The last event that counts: its sequence or id, an instant, or how long ago; unset: the last of all.
         */
        from?: string;
        /**
         * The last event that counts: its sequence or id, an instant, or how long ago; unset: the last of all.
         */
        to?: string;
        /**
         * Stand-ins for names and texts, and nothing of what files have.
         */
        redact?: 'true' | 'false';
    };
    url: '/export';
};
export type GetExportErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type GetExportError = GetExportErrors[keyof GetExportErrors];
export type GetExportResponses = {
    /**
     * Done. `application/gzip` always
     */
    200: Blob | File;
};
export type GetExportResponse = GetExportResponses[keyof GetExportResponses];
export type VerifyData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/verify';
};
export type VerifyErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type VerifyError = VerifyErrors[keyof VerifyErrors];
export type VerifyResponses = {
    /**
     * Done.
     */
    200: {
        sequence: number;
        served: string;
        folded: string;
        equal: boolean;
    };
};
export type VerifyResponse = VerifyResponses[keyof VerifyResponses];
export type ListArchiveData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/archive';
};
export type ListArchiveErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type ListArchiveError = ListArchiveErrors[keyof ListArchiveErrors];
export type ListArchiveResponses = {
    /**
     * Done.
     */
    200: {
        files: Array<{
            from: number;
            to: number;
            events: number;
            bytes: number;
            sha256: string;
            firstTime: string;
            lastTime: string;
            object: string;
        }>;
    };
};
export type ListArchiveResponse = ListArchiveResponses[keyof ListArchiveResponses];
export type ArchiveEventsData = {
    body: {
        /**
         * Those that are older than this.
         */
        before: string;
    };
    path?: never;
    query?: never;
    url: '/archive';
};
export type ArchiveEventsErrors = {
    /**
     * A problem.
     */
    default: Problem;
};
export type ArchiveEventsError = ArchiveEventsErrors[keyof ArchiveEventsErrors];
export type ArchiveEventsResponses = {
    /**
     * Done.
     */
    200: {
        files: Array<{
            from: number;
            to: number;
            events: number;
            bytes: number;
            sha256: string;
            firstTime: string;
            lastTime: string;
            object: string;
        }>;
    };
};
export type ArchiveEventsResponse = ArchiveEventsResponses[keyof ArchiveEventsResponses];
