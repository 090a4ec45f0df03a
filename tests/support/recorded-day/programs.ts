import { isLive } from '../../../core/domain/agent/agent-state.ts';
import type { AgentTraits } from '../../../core/domain/agent/agent-traits.ts';
import type { ProcessEnd } from '../../../core/domain/agent/run/run-end-events.ts';
import type { NewEvent } from '../../../schemas/event.ts';
import type { DataOf } from '../../../schemas/event-catalogue.ts';
import { newEvent, type Whose } from '../../../schemas/new-event.ts';
import type { World } from './world.ts';

/** Kinds of agents, and how they behave. */
export const KINDS: Readonly<Record<string, AgentTraits & { saysReady?: true }>> = {
  claude: { whileBusy: 'join', endOfTurn: 'signal', saysReady: true },
  codex: { whileBusy: 'join', endOfTurn: 'signal', saysReady: true },
  droid: { whileBusy: 'join', endOfTurn: 'signal', lastWords: true },
  gemini: { whileBusy: 'queue', endOfTurn: 'signal', lastWords: true },
  opencode: { whileBusy: 'queue', endOfTurn: 'signal' },
  demo: { whileBusy: 'queue', endOfTurn: 'response' },
  line: { whileBusy: 'join', endOfTurn: 'response' },
};

type Word = 'turn.ready' | 'turn.signalled' | `response.${'answer' | 'question' | 'progress'}`;

/** The process of one run: what it is told on stdin, and what it says by its command. */
export class Program {
  readonly agentId: string;
  readonly #kind: string;
  readonly #world: World;
  readonly #wake: () => void;
  /** How it has ended, once it has. */
  end: ProcessEnd | undefined;
  #said = 0;

  constructor(agentId: string, kind: string, world: World, wake: () => void) {
    this.agentId = agentId;
    this.#kind = kind;
    this.#world = world;
    this.#wake = wake;
  }

  /** It has ended; its owner sees that a moment later. */
  exit(end: ProcessEnd): void {
    if (this.end !== undefined) return;
    this.end = end;
    this.#world.after(this.#world.dice.between(5, 300), this.#wake);
  }

  /** Says that it is ready, or why it cannot be. */
  boot(): void {
    const { dice } = this.#world;
    const problem = dice.chance(4) ? 'the login is refused' : undefined;
    this.#later(500, 4_000, () => this.say('turn.ready', problem ? { problem } : {}));
  }

  /** A message, or a reminder, was written to it. */
  hear(isReminder: boolean): void {
    const { dice } = this.#world;
    const kind = isReminder
      ? dice.one(['answers', 'answers', 'is silent'] as const)
      : dice.one(WAYS);
    this.#later(2_000, 40_000, () => this.#act(kind));
  }

  #act(way: (typeof WAYS)[number]): unknown {
    const { dice } = this.#world;
    switch (way) {
      case 'answers':
        return this.#answer();
      case 'tells and answers':
        for (let n = dice.between(1, 6); n > 0; n -= 1) {
          this.#later(100, 9_000, () => this.say('response.progress', { text: `step ${n}` }));
        }
        return this.#later(9_000, 12_000, () => this.#answer());
      case 'calls and answers':
        for (let n = dice.between(1, 3); n > 0; n -= 1) this.#later(10, 4_000, () => this.#call());
        return this.#later(3_000, 9_000, () => this.#answer());
      case 'asks':
        this.say('response.question', { text: 'Which one?', options: ['this', 'that'] });
        return this.#signal();
      case 'asks and waits':
        this.say('response.question', { text: 'May I?', waitMs: dice.between(20, 120) * 1_000 });
        return this.#later(121_000, 140_000, () => this.#answer());
      case 'is silent':
        return this.#signal({ lastMessage: 'I have done it.' });
      case 'fails':
        if (dice.chance(30)) this.say('response.answer', { text: 'Half of it' });
        return this.#signal({ problem: { code: 'ORC_MODEL_ERROR', detail: 'overloaded' } });
      case 'crashes':
        return this.exit(
          dice.one([
            { code: 3, signal: null },
            { code: null, signal: 'SIGKILL', outOfMemory: true },
          ]),
        );
      case 'never ends':
        return undefined;
    }
    return undefined;
  }

  #answer(): void {
    this.say('response.answer', { text: `Done, ${this.#said}` });
    this.#later(1, 200, () => this.#signal());
  }

  /** Gemini and its like end a turn without counting; the others say how many messages they took. */
  #signal(more: DataOf<'turn.signalled'> = {}): void {
    if (KINDS[this.#kind]?.endOfTurn !== 'signal') return;
    const state = this.#world.system.agents.get(this.agentId);
    const taken = state && isLive(state) && this.#kind === 'claude' ? state.written : undefined;
    this.say('turn.signalled', { ...more, ...(taken !== undefined && { taken }) });
  }

  say<T extends Word>(type: T, data: DataOf<T>): void {
    if (this.end !== undefined) return;
    this.#world.append([
      newEvent(type, { agentId: this.agentId } as Whose<T>, data, this.#meta(type)),
    ]);
  }

  #meta = (type: string) => {
    this.#said += 1;
    const id = `${this.agentId}_${type.replaceAll('.', '-')}-${this.#world.messages.length}-${this.#said}`;
    return { id, source: `orchestrator/agent/${this.agentId}`, now: this.#world.date };
  };

  #call(): void {
    if (this.end !== undefined) return;
    const call = this.#world.dice.one(CALLS);
    const { agentId, system } = { agentId: this.agentId, system: this.#world.system };
    const [projectId = 'proj_none'] = [...system.projects.keys()].slice(-3);
    const [jobId = 'job_none'] = [...system.jobs.keys()].slice(-1);
    const input: Record<string, unknown> = { ...call.input };
    if (call.names === 'project') input[call.verb === 'get' ? 'projectId' : 'project'] = projectId;
    if (call.names === 'job') input.jobId = jobId;
    if (call.tool === 'project' && call.verb === 'create') input.name = `p${this.#said}`;
    const type = ['project', 'job'].includes(call.tool)
      ? `tool.${call.tool}.${call.verb}`
      : 'tool.declared';
    const { id, source, now } = this.#meta(type);
    const subject = `agents.${agentId}.tool.${call.tool}.${call.verb}`;
    const event = {
      id,
      source,
      time: now.toISOString(),
      type: `tool.${call.tool}.${call.verb}`,
      subject,
      data: input,
    };
    // A call as an agent makes it, whatever its tool takes.
    this.#world.append([event as unknown as NewEvent]);
  }

  #later(from: number, to: number, run: () => void): void {
    this.#world.after(this.#world.dice.between(from, to), () => {
      if (this.end === undefined) run();
    });
  }
}

/** What it does with a message; what is here twice it does twice as often. */
const WAYS = [
  'answers',
  'answers',
  'answers',
  'answers',
  'tells and answers',
  'tells and answers',
  'tells and answers',
  'calls and answers',
  'calls and answers',
  'calls and answers',
  'asks',
  'asks and waits',
  'is silent',
  'fails',
  'never ends',
  'crashes',
] as const;

interface Call {
  tool: string;
  verb: string;
  input: Record<string, unknown>;
  names?: 'project' | 'job';
}

const deploy = (more: object = {}) => ({ input: { target: 'shop' }, wait: false, ...more });

const CALLS: readonly Call[] = [
  { tool: 'project', verb: 'create', input: {} },
  { tool: 'project', verb: 'list', input: {} },
  { tool: 'project', verb: 'get', input: {}, names: 'project' },
  { tool: 'project', verb: 'use', input: {}, names: 'project' },
  { tool: 'project', verb: 'archive', input: {}, names: 'project' },
  { tool: 'project', verb: 'log', input: {}, names: 'project' },
  { tool: 'job', verb: 'get', input: {}, names: 'job' },
  { tool: 'job', verb: 'list', input: {} },
  { tool: 'job', verb: 'cancel', input: {}, names: 'job' },
  { tool: 'deploy', verb: 'run', input: deploy() },
  { tool: 'deploy', verb: 'run', input: deploy({ wait: true }) },
  { tool: 'deploy', verb: 'run', input: deploy({ key: 'nightly' }) },
  { tool: 'infra', verb: 'apply', input: deploy() },
  { tool: 'rocket', verb: 'launch', input: {} },
];
