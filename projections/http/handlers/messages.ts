import { appendError } from '../../../core/log/append-result.ts';
import { awaitTurn, type Said } from '../../../core/operator/await-turn.ts';
import { giveCommand } from '../../../core/operator/give-command.ts';
import { knownAgent } from '../../../core/operator/known-agent.ts';
import { plainFileName, storeFile } from '../../../platform/files/file-store.ts';
import { OrchestratorError } from '../../../schemas/errors.ts';
import { newId } from '../../../schemas/ids.ts';
import { Accepted } from '../answers.ts';
import { type HandlersOf, SYSTEM_MS } from '../api-context.ts';
import { doneInTime } from '../done-in-time.ts';
import { givenBy } from './agents.ts';

type Names = 'sendMessage' | 'storeFile' | 'chat';

export const messageHandlers: HandlersOf<Names> = {
  async sendMessage(call, { settings, log, views }) {
    const { params, body, waitMs, signal } = call;
    const { agentId } = await knownAgent(views, params.agent, SYSTEM_MS);
    const { text, mode = settings.ORCHESTRATOR_MESSAGE_MODE, answers, files } = body;
    const data = { text, mode, ...(answers !== undefined && { answers }), ...(files && { files }) };
    const given = await giveCommand(log, agentId, 'command.send', data, givenBy(call));
    const said: Said[] = [];
    let turnId: string | undefined;
    const isEnded = await doneInTime(waitMs, async (timeoutMs) => {
      const wanted = {
        agentId,
        commandId: given.commandId,
        from: given.sequence,
        timeoutMs,
        signal,
      };
      turnId = await awaitTurn(log, wanted, (one) => said.push(one));
    });
    const state = isEnded ? ('ended' as const) : ('sent' as const);
    const answer = {
      agentId,
      ...given,
      state,
      ...(turnId !== undefined && { turnId }),
      said: said.map(saidView),
    };
    return isEnded ? answer : new Accepted(answer);
  },

  async chat() {
    throw new OrchestratorError('ORC_BAD_INPUT', 'This address is opened as a WebSocket', {
      cure: 'Ask with `Upgrade: websocket`; `/docs` says which frames it takes.',
    });
  },

  async storeFile({ params, query, bytes }, { connection, views }) {
    const { agentId } = await knownAgent(views, params.agent, SYSTEM_MS);
    const file = { fileId: newId('file'), name: plainFileName(query.name), bytes };
    const result = await storeFile(connection.nc, agentId, file);
    if (!result.ok) throw appendError(result);
    return result.reference;
  },
};

function saidView(said: Said) {
  const { id, time } = said;
  if (said.type === 'response.question') {
    const { text, options } = said.data;
    return { id, time, type: 'question' as const, text, options };
  }
  const { text, file } = said.data;
  return { id, time, type: 'answer' as const, text, file };
}
