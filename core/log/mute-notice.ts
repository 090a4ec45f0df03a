import { ERRORS, type ErrorCode, OrchestratorError } from '../../schemas/errors.ts';

/** Why an agent is not heard, in words for people. */
export interface Mute {
  code: string;
  reason: string;
  cure: string;
}

const MARK = 'This agent is not heard at present; its credentials are taken away.\n';

/** What stands in an agent's credentials file while its credential does not count. */
export const muteNotice = ({ code, reason, cure }: Mute): string =>
  `${MARK}${JSON.stringify({ code, reason, cure })}\n`;

/** The error that a credentials file tells in place of credentials; undefined for any other text. */
export function errorOfNotice(text: string): OrchestratorError | undefined {
  if (!text.startsWith(MARK)) return undefined;
  // The text has the shape of `muteNotice`: only the spawner writes this file, whole or not at all.
  const { code, reason, cure }: Mute = JSON.parse(text.slice(MARK.length));
  const known: ErrorCode = isErrorCode(code) ? code : 'ORC_QUOTA';
  return new OrchestratorError(known, `${ERRORS[known].meaning}: ${reason}`, { cure });
}

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(ERRORS, code);
