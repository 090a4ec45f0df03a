import { Agent, type ClientRequest, type IncomingMessage } from 'node:http';

/**
 * The connections of a client of the engine. An answer that breaks off in the middle is an error of
 * its request: docker-modem waits for the end of an answer alone, and so for ever.
 */
export class EngineAgent extends Agent {
  constructor() {
    // What Node's own agent has.
    super({ keepAlive: true, scheduling: 'lifo', timeout: 5_000 });
  }

  /** Node calls it for each request; not in the types, and overridden by other agents too. */
  addRequest(request: ClientRequest, ...rest: unknown[]): void {
    request.once('response', (answer: IncomingMessage) =>
      answer.on('error', (error) => request.emit('error', error)),
    );
    // The base class has it, whatever its types say.
    (Agent.prototype as unknown as AddsRequests).addRequest.call(this, request, ...rest);
  }
}

interface AddsRequests {
  addRequest(request: ClientRequest, ...rest: unknown[]): void;
}
