/** One message on its way. */
export interface Said {
  /** Resolves when the first text that names the message is with who sent it. */
  answer: Promise<unknown>;
  /** Resolves when the agent has nothing more to do for it. */
  end: Promise<unknown>;
}

/** A conversation with an agent that remembers. */
export interface PeerAgent {
  /** Sends a message, which the model knows by its name. */
  say(name: string): Said;
  /** What the agent has said so far, in order. */
  texts(): Promise<string[]>;
}

/** What is measured beside others: our own system is one of them. */
export interface Peer {
  name: string;
  version: string;
  /** How a message reaches it in the table. */
  by: string;
  /** There is a controller before there is an agent. */
  hasService: boolean;
  /** Its agents answer by what their model says, and not by a command. */
  saysTexts: boolean;
  /** How long after a start something that was killed is waited for, in ms. */
  goesOnWithinMs: number;
  /** Starts its controller, of what was kept; resolves when that takes messages. */
  start(): Promise<void>;
  /** An agent of this name, the same one after a restart. */
  agent(name: string): Promise<PeerAgent>;
  /** A command that sends a message to such an agent, waits, and prints the answer; if it has one. */
  command?(agent: string): PeerCommand;
  /** The pids of what controls agents, without the agents. */
  controllers(): number[];
  /** The pids of all of it. */
  processes(): number[];
  /** `kill -9` of the controllers at once, and nothing of the agents. */
  kill(): Promise<void>;
  /** Ends all of it. */
  stop(): Promise<void>;
}

export interface PeerCommand {
  name: string;
  /** The words before the message. */
  words: readonly [string, ...string[]];
  cwd: string;
  env: NodeJS.ProcessEnv;
}

/** How a message names itself, and how its answer does. */
export const messageOf = (name: string): string => `MSG[${name}] please answer`;
export const isAnswerTo = (name: string, text: string): boolean => text.includes(`<${name}>`);
