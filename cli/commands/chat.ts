import { Option } from 'clipanion';
import { dataPaths } from '../../platform/service/data-paths.ts';
import { EXIT } from '../../schemas/errors.ts';
import type { TalkContext } from '../chat/talk-context.ts';
import { talkInTerminal } from '../chat/talk-in-terminal.ts';
import { talkOverPipe } from '../chat/talk-over-pipe.ts';
import { knownAgent } from '../operator/known-agent.ts';
import { OperatorCommand } from '../operator/operator-command.ts';
import type { OperatorContext } from '../operator/operator-context.ts';
import { described } from '../options.ts';
import { inputKind } from '../start/input-kind.ts';
import { Interruption } from '../start/interruption.ts';
import { usageOf } from '../usage.ts';

/** 128 + SIGINT. */
const INTERRUPTED = 130;

export class ChatCommand extends OperatorCommand {
  static override paths = [['chat']];
  static override usage = usageOf('chat');

  agent = Option.String('--agent', described('chat', '--agent'));

  protected async work({ settings, connection, views }: OperatorContext): Promise<number> {
    const { agent } = this;
    const agentId = agent && (await knownAgent(views, agent, this.timeoutMs)).agentId;
    const paths = dataPaths(settings.ORCHESTRATOR_DATA_DIR);
    using interruption = new Interruption(() => process.exit(INTERRUPTED));
    const { signal } = interruption;
    const talk: TalkContext = { settings, paths, connection, agentId, signal };
    if (inputKind(0) === 'terminal') {
      await talkInTerminal(talk, { ...this.context, ends: 'the chat' });
      return EXIT.done;
    }
    const { exit, unanswered } = await talkOverPipe(talk, this.context);
    return unanswered > 0 ? (interruption.exitCode ?? exit) : exit;
  }
}
