import * as acp from '@agentclientprotocol/sdk';
import { isCliCommand } from '../host/cli-command.ts';
import { CliProcess } from '../host/cli-process.ts';
import type { CliExit, Driver, DriverOptions, PermissionAnswer } from '../host/driver.ts';
import { brief, numberOf, objectOf, parseObject, textOf } from '../host/json-values.ts';
import { modelProblem } from '../voice/turn-problem.ts';

/** How long a CLI that has closed its stdout is given to end by itself. */
const LAST_MOMENT_MS = 1_000;

/**
 * Any agent that speaks the Agent Client Protocol, by its official SDK. A prompt is a turn; a second
 * one would cancel the first in some agents, so the host keeps messages until the turn has ended.
 */
export class AcpDriver implements Driver {
  readonly joins = false;
  readonly ready: Promise<void>;
  readonly exited: Promise<CliExit>;
  readonly #cli: CliProcess;
  readonly #connection: acp.ClientConnection;
  readonly #options: DriverOptions;
  #session = '';
  #replaying = false;
  #said = '';
  /** Whether a model answers the prompt. It does not answer a command of the CLI that uses no tool. */
  #isByModel = true;

  constructor(options: DriverOptions) {
    this.#options = options;
    const { order, environment, workspace, events } = options;
    const { command } = order;
    this.#cli = new CliProcess({ command, environment, workspace, onStderr: events.log });
    this.exited = this.#cli.exited;
    this.#connection = acp
      .client({ name: 'orchestrator' })
      .onRequest(acp.methods.client.session.requestPermission, ({ params }) => this.#asked(params))
      .onNotification(acp.methods.client.session.update, ({ params }) =>
        this.#update(params.update),
      )
      .connect(messageStream(this.#cli, events.log));
    this.ready = this.#begin();
  }

  send(text: string): void {
    this.#said = '';
    this.#isByModel = !isCliCommand(text);
    const prompt = [{ type: 'text' as const, text }];
    this.#connection.agent
      .request<acp.PromptResponse, acp.PromptRequest>(acp.methods.agent.session.prompt, {
        sessionId: this.#session,
        prompt,
      })
      .then(
        ({ stopReason }) => this.#ended(stopReason),
        (error: unknown) => this.#failed(error),
      );
  }

  interrupt(): void {
    this.#connection.agent
      .notify(acp.methods.agent.session.cancel, { sessionId: this.#session })
      .catch(() => undefined);
  }

  close(): void {
    this.#cli.stdin.end();
  }

  kill(): void {
    this.#cli.kill();
  }

  #ended(stopReason: acp.StopReason): void {
    this.#flush();
    const refused = stopReason === 'refusal';
    const problem = refused ? modelProblem('the model refused to go on', 0) : undefined;
    const lastMessage = this.#said;
    if (!this.#isByModel && lastMessage.trim() !== '') {
      this.#options.events.answered(lastMessage);
    }
    this.#options.events.turnEnded({
      ...(problem && { problem }),
      ...(lastMessage !== '' && { lastMessage }),
    });
  }

  /** Tells of a failed prompt. When the connection is gone, the end of the process tells it instead. */
  #failed(error: unknown): void {
    if (!this.#connection.signal.aborted) {
      this.#options.events.turnEnded({ problem: promptProblem(error) });
      return;
    }
    setTimeout(() => this.kill(), LAST_MOMENT_MS).unref();
  }

  async #begin(): Promise<void> {
    const gone = this.#cli.exited.then(({ code }) => {
      throw new Error(`it ended with code ${code} before it was ready`);
    });
    gone.catch(() => undefined);
    const refused = (error: unknown) => {
      throw new Error(wordsOf(error), { cause: error });
    };
    await Promise.race([this.#handshake().catch(refused), gone]);
    this.#options.events.session(this.#session);
  }

  async #handshake(): Promise<void> {
    const { agent } = this.#connection;
    const { workspace: cwd, session } = this.#options;
    const { agentCapabilities } = await agent.request(acp.methods.agent.initialize, {
      protocolVersion: acp.PROTOCOL_VERSION,
      clientCapabilities: {},
    });
    if (session !== undefined) {
      // The host then begins a new session, and tells the user that the old one is forgotten.
      if (!agentCapabilities?.loadSession) throw new Error('it cannot load a session');
      this.#replaying = true;
      await agent.request(acp.methods.agent.session.load, {
        sessionId: session,
        cwd,
        mcpServers: [],
      });
      this.#replaying = false;
      this.#session = session;
      return;
    }
    const { sessionId } = await agent.request(acp.methods.agent.session.new, {
      cwd,
      mcpServers: [],
    });
    this.#session = sessionId;
  }

  async #asked(request: acp.RequestPermissionRequest): Promise<acp.RequestPermissionResponse> {
    const { toolCall, options } = request;
    const input = objectOf(toolCall.rawInput);
    const command = textOf(input.command) || (toolCall.kind === 'execute' ? toolCall.title : '');
    const answer = await this.#options.events.permission({
      tool: toolCall.kind ?? 'other',
      ...(command && { command: commandOf(command) }),
      what: toolCall.title ?? 'use a tool',
    });
    const optionId = chosen(options, answer);
    return {
      outcome:
        optionId === undefined ? { outcome: 'cancelled' } : { outcome: 'selected', optionId },
    };
  }

  #update(update: acp.SessionUpdate): void {
    if (this.#replaying) return;
    switch (update.sessionUpdate) {
      case 'agent_message_chunk':
        if (update.content.type === 'text') this.#said += update.content.text;
        return;
      case 'tool_call':
        this.#isByModel = true;
        this.#flush();
        this.#options.events.log(`${update.kind ?? 'tool'}: ${brief(update.title)}`);
        return;
      case 'tool_call_update':
        if (update.status === 'failed') this.#options.events.log('  it failed');
    }
  }

  /** A message comes in pieces; people read it whole. */
  #flush(): void {
    if (this.#said.trim() !== '') this.#options.events.log(this.#said);
  }
}

/**
 * The CLI's pipes as the SDK takes them. The SDK's own reader would answer a line that is no message
 * with an error, and nobody would read it.
 */
function messageStream(cli: CliProcess, onGarbage: (line: string) => void): acp.Stream {
  const readable = new ReadableStream<acp.AnyMessage>({
    start: (controller) => {
      cli.onLine((line) => {
        const message = parseObject(line);
        // The SDK looks at the members itself, and refuses what is none of its messages.
        if (message) controller.enqueue(message as unknown as acp.AnyMessage);
        else onGarbage(line);
      });
      cli.stdout.once('close', () => controller.close());
    },
  });
  const writable = new WritableStream<acp.AnyMessage>({
    write: (message) => cli.writeLine(message),
  });
  return { readable, writable };
}

const KINDS: Record<PermissionAnswer, readonly string[]> = {
  allow: ['allow_once', 'allow_always'],
  'allow-always': ['allow_always', 'allow_once'],
  deny: ['reject_once', 'reject_always'],
};

function chosen(
  options: readonly acp.PermissionOption[],
  answer: PermissionAnswer,
): string | undefined {
  const found = KINDS[answer].map((kind) => options.find((option) => option.kind === kind));
  return found.find((option) => option !== undefined)?.optionId;
}

/** Gemini's title is the command with what it is for behind it: `ls [in folder] (list files)`. */
const commandOf = (title: string): string =>
  title.replace(/ \[(current working directory|in) [^\]]*\]( \([^)]*\))?$/s, '');

function promptProblem(error: unknown) {
  const { code } = objectOf(error);
  const status = numberOf(code);
  const isHttp = status !== undefined && status >= 400 && status < 600;
  return modelProblem(wordsOf(error), isHttp ? status : undefined);
}

/** All that an agent says of an error: the message alone is often just “Internal error”. */
function wordsOf(error: unknown): string {
  const { message, data } = objectOf(error);
  const all = [textOf(message), textOf(objectOf(data).details), textOf(data)];
  return all.filter((words) => words !== '').join(': ') || String(error);
}
