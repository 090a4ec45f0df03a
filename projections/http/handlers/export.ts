import { PassThrough } from 'node:stream';
import { exportName } from '../../../core/export/export-name.ts';
import { exportSystem } from '../../../core/export/export-system.ts';
import { knownAgent } from '../../../core/operator/known-agent.ts';
import { namedPlace } from '../../../core/operator/place-in-log.ts';
import { foldVersion } from '../../../core/projection/fold-version.ts';
import { besideLog, ownPrograms } from '../../../platform/export/own-export.ts';
import { OrchestratorError } from '../../../schemas/errors.ts';
import { isAgentId } from '../../../schemas/ids.ts';
import { Download } from '../answers.ts';
import { type HandlersOf, SYSTEM_MS } from '../api-context.ts';

export const exportHandlers: HandlersOf<'getExport'> = {
  async getExport({ query, signal }, { log, views, connection, settings, logger }) {
    const now = new Date();
    const { agent, user } = query;
    if (agent !== undefined && user !== undefined) {
      throw new OrchestratorError('ORC_BAD_INPUT', 'agent and user: one of the two');
    }
    const place = (name: string, text: string | undefined) =>
      text === undefined ? undefined : namedPlace(name, text, now);
    const agentId =
      agent === undefined || isAgentId(agent)
        ? agent
        : (await knownAgent(views, agent, SYSTEM_MS)).agentId;
    const target = new PassThrough();
    exportSystem(log, {
      agentId,
      person: user,
      from: place('from', query.from),
      to: place('to', query.to),
      redact: query.redact === 'true',
      beside: besideLog(settings),
      programs: ownPrograms(connection.nc.info?.version, await foldVersion()),
      target,
      now,
      signal,
    }).catch((error: unknown) => {
      // Whoever went away needs no answer, and the others see an answer that is cut off.
      if (!signal.aborted) logger.error({ err: error }, 'an export failed');
    });
    return new Download('application/gzip', exportName(now), target);
  },
};
