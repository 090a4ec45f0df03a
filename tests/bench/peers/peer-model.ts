import type { ModelReply, ModelRequest } from '../../support/model-server/model-request.ts';
import { ModelServer } from '../../support/model-server/model-server.ts';
import { answerTo, asked, quoted, unanswered } from '../../support/model-server/scripts.ts';
import type { Cleanup } from '../measure.ts';

const DONE: ModelReply = { do: 'say', text: 'Done.' };

/**
 * One model for all of them, with the same script: one call of the shell, then a text. Our agents
 * answer by the call (`orchestrator answer`), those of the peers by the text, which is their way.
 */
export class PeerModel {
  readonly #server: ModelServer;
  /** Peers' answers come without a call of the shell before. */
  saysAtOnce = false;
  #held: { name: string; reached: () => void; opened: Promise<unknown> } | undefined;

  private constructor(server: ModelServer) {
    this.#server = server;
    server.script = (request) => this.#holding(request, this.#reply(request));
  }

  static async start(cleanup: Cleanup): Promise<PeerModel> {
    return new PeerModel(await ModelServer.start(cleanup));
  }

  get url(): string {
    return this.#server.url;
  }

  /** Holds the model's first word on a message: `reached` when it was asked, until `open`. */
  hold(name: string): { reached: Promise<void>; open: () => void } {
    const [asking, opening] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    this.#held = { name, reached: asking.resolve, opened: opening.promise };
    const open = () => {
      this.#held = undefined;
      opening.resolve();
    };
    return { reached: asking.promise, open };
  }

  #holding(request: ModelRequest, next: ModelReply): ModelReply {
    const held = this.#held;
    // Claude asks its model for titles as well, without tools.
    if (held === undefined || request.tools.length === 0) return next;
    if (!unanswered(request).includes(held.name)) return next;
    held.reached();
    return { do: 'wait', until: held.opened, next };
  }

  #reply(request: ModelRequest): ModelReply {
    if (request.tools.length === 0) return DONE;
    const open = unanswered(request);
    if (isOurs(request)) return open.length > 0 ? answerTo(request) : DONE;
    if (open.length === 0 || this.saysAtOnce) return textTo(request);
    // As our answer is one: a program that runs and prints nothing that matters.
    return { do: 'shell', command: `: ${quoted(open.map((name) => `<${name}>`).join(' '))}` };
  }
}

/** Only our agents are told of the command. */
const isOurs = ({ parts }: ModelRequest): boolean =>
  parts.some(({ from, text }) => from !== 'model' && text.includes('orchestrator answer'));

/** Names the last message and all that the request still holds: the proof of a memory. */
function textTo(request: ModelRequest): ModelReply {
  const all = asked(request);
  return { do: 'say', text: `<${all.at(-1)}> of ${all.join(',')}` };
}
