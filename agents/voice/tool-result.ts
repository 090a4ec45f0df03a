import { ERRORS, type ErrorCode, OrchestratorError } from '../../schemas/errors.ts';

/** The value of a tool call's result, told without zod. Throws the error that it came to. */
export function toolResultValue(payload: Uint8Array): unknown {
  const result: unknown = JSON.parse(new TextDecoder().decode(payload));
  if (isFailure(result)) {
    const { code, message } = result.error;
    throw new OrchestratorError(isErrorCode(code) ? code : 'ORC_INTERNAL', message);
  }
  const hasValue = typeof result === 'object' && result !== null && 'value' in result;
  return hasValue ? result.value : undefined;
}

/** The shape of `result` in schemas/events/tool.ts. */
function isFailure(result: unknown): result is { error: { code: string; message: string } } {
  return typeof result === 'object' && result !== null && 'ok' in result && result.ok === false;
}

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(ERRORS, code);
