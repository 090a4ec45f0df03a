import { Option } from 'clipanion';
import { knownAgent } from '../../core/operator/known-agent.ts';
import { knownProject } from '../../core/operator/known-project.ts';
import { dataPaths } from '../../platform/service/data-paths.ts';
import type { ViewsClient } from '../../platform/service/views-client.ts';
import { EXIT, OrchestratorError } from '../../schemas/errors.ts';
import type { AgentProject } from '../../schemas/events/project.ts';
import type { TalkContext } from '../chat/talk-context.ts';
import { talkInTerminal } from '../chat/talk-in-terminal.ts';
import { talkOverPipe } from '../chat/talk-over-pipe.ts';
import { OperatorCommand } from '../operator/operator-command.ts';
import type { OperatorContext } from '../operator/operator-context.ts';
import { projectOfFolder } from '../operator/project-of-folder.ts';
import { described } from '../options.ts';
import { inputKind } from '../start/input-kind.ts';
import { Interruption } from '../start/interruption.ts';
import { projectFolder } from '../start/project-folder.ts';
import { usageOf } from '../usage.ts';

/** 128 + SIGINT. */
const INTERRUPTED = 130;

export class ChatCommand extends OperatorCommand {
  static override paths = [['chat']];
  static override usage = usageOf('chat');

  agent = Option.String('--agent', described('chat', '--agent'));

  project = Option.String('--project', described('chat', '--project'));

  protected async work({ settings, connection, views }: OperatorContext): Promise<number> {
    const { agent } = this;
    requireOne(agent, this.project);
    const agentId = agent && (await knownAgent(views, agent, this.timeoutMs)).agentId;
    const paths = dataPaths(settings.ORCHESTRATOR_DATA_DIR);
    using interruption = new Interruption(() => process.exit(INTERRUPTED));
    const { signal } = interruption;
    const own: TalkContext = { settings, paths, connection, agentId, signal };
    const project = this.project && (await this.#projectOf(this.project, own, views));
    const talk: TalkContext = { ...own, ...(project && { project }) };
    if (inputKind(0) === 'terminal') {
      await talkInTerminal(talk, { ...this.context, ends: 'the chat' });
      return EXIT.done;
    }
    const { exit, unanswered } = await talkOverPipe(talk, this.context);
    return unanswered > 0 ? (interruption.exitCode ?? exit) : exit;
  }

  /** A project by its name or id; a path is that of a repository, of which one is made where there is none. */
  async #projectOf(ref: string, talk: TalkContext, views: ViewsClient): Promise<AgentProject> {
    if (isPath(ref)) return projectOfFolder(talk, await projectFolder(ref, this.context.env));
    return { id: (await knownProject(views, ref, this.timeoutMs)).id };
  }
}

const isPath = (ref: string): boolean => ref.includes('/') || ref === '.' || ref === '..';

function requireOne(agent: string | undefined, project: string | undefined): void {
  if (agent === undefined || project === undefined) return;
  throw new OrchestratorError('ORC_USAGE', 'An agent has its project: name --agent or --project');
}
