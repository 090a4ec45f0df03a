import { asOrchestratorError, ERRORS } from '../../schemas/errors.ts';

export interface ProtocolError {
  /** Of the table of the protocol (§9.2). */
  status: number;
  /** One line. */
  description: string;
  body: { error: string; message: string; cure: string };
}

/** The statuses of the protocol, and no other. */
const STATUSES = [400, 401, 403, 404, 409, 429, 500];

/** An error as the protocol tells it, with our code and cure. Pure. */
export function protocolError(error: unknown): ProtocolError {
  const { code, message, cure } = asOrchestratorError(error);
  const { status } = ERRORS[code];
  const nearest = STATUSES.includes(status) ? status : status < 500 ? 400 : 500;
  const body = { error: code, message, cure };
  return { status: nearest, description: `${code}: ${message}`.replace(/\s+/g, ' '), body };
}
