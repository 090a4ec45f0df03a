import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { newAgentId } from '../../schemas/ids.ts';
import { subjectOf } from '../../schemas/subjects.ts';
import { ApiClient } from '../projections/http/support/api-client.ts';
import { createAgent } from '../support/commands.ts';
import { untilEvent } from '../support/history.ts';
import { startSystem } from '../support/system.ts';
import { Cleanup, memoryOf, round } from './measure.ts';

const READERS = 100;
const LINES = 20_000;
const LINES_A_SECOND = 10_000;
const BATCH = 1_000;

/** 100 readers of the output of one agent, of whom one reads nothing, by server-sent events. */
export async function sse(): Promise<string[]> {
  await using cleanup = new Cleanup();
  const env = { ORCHESTRATOR_LOGS_LINES: String(LINES) };
  const system = await startSystem(cleanup, { env });
  const log = await system.log();
  const agentId = newAgentId();
  await createAgent(log, agentId, 'read -r _');
  await untilEvent(log, ({ type }) => type === 'process.ready');
  const api = await ApiClient.of(system);
  const url = `${api.url}/agents/${agentId}/logs?follow`;
  const readers = await Promise.all(Array.from({ length: READERS }, () => Reader.of(url)));
  const [stalled, ...others] = readers;
  stalled?.stall();
  const before = memoryOf(system.pid);
  let peak = before;
  const watch = setInterval(() => {
    peak = Math.max(peak, memoryOf(system.pid));
  }, 200);
  const begin = performance.now();
  // stderr, which the agent's own output does not touch.
  const subject = subjectOf({ family: 'log', agentId, name: 'stderr' });
  let last = 0;
  for (let at = 0; at < LINES; at += BATCH) {
    const lines = Array.from({ length: BATCH }, (_, next) => ({
      position: String(at + next),
      bytes: Buffer.from(String(at + next)),
      continued: false,
    }));
    const time = new Date().toISOString();
    const run = { runId: 'bench', source: 'orchestrator/bench', time, expectedLast: last };
    const stored = await log.appendLog(subject, lines, run);
    if (!stored.ok) throw new Error(JSON.stringify(stored));
    last = stored.sequence;
    const due = begin + ((at + BATCH) / LINES_A_SECOND) * 1000;
    const early = due - performance.now();
    if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
  }
  const written = (performance.now() - begin) / 1000;
  await Promise.all(others.map((reader) => reader.until(LINES)));
  const read = (performance.now() - begin) / 1000;
  clearInterval(watch);
  const wrong = others.reduce((sum, reader) => sum + reader.wrong, 0);
  for (const reader of readers) reader.close();
  await system.stop();
  return [
    `* ${LINES} lines stored at ${round(LINES / written)} a second; ${others.length} readers had all of them after ${round(read, 1)} s (${round((LINES * others.length) / read)} events a second in all); out of order or missing: ${wrong}`,
    `* memory of the system: ${round(before)} MiB before, ${round(peak)} MiB at the most, beside one reader that took nothing`,
  ];
}

/** Counts numbered lines and those that do not follow the one before. */
class Reader {
  count = 0;
  wrong = 0;
  readonly #response: IncomingMessage;
  #rest = '';
  #wake = () => {};

  private constructor(response: IncomingMessage) {
    this.#response = response;
    response.setEncoding('latin1').on('data', (chunk: string) => this.#take(chunk));
  }

  static async of(url: string): Promise<Reader> {
    const request = get(url, { agent: false });
    const [response] = await once(request, 'response');
    return new Reader(response);
  }

  stall(): void {
    this.#response.pause();
  }

  close(): void {
    this.#response.destroy();
  }

  async until(count: number): Promise<void> {
    while (this.count < count) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #take(chunk: string): void {
    const lines = (this.#rest + chunk).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const [, number] = /"stream":"stderr".*"line":"(\d+)"/.exec(line) ?? [];
      if (number === undefined) continue;
      if (Number(number) !== this.count) this.wrong += 1;
      this.count += 1;
    }
    this.#wake();
  }
}
