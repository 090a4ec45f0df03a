// biome-ignore-all lint/performance/noBarrelFile: the registry; a kind of agent is one line here.
export { acp } from './acp/acp-kind.ts';
export { claude } from './claude/claude-kind.ts';
export { codex } from './codex/codex-kind.ts';
export { demo } from './demo/demo-kind.ts';
export { droid } from './droid/droid-kind.ts';
export { gemini } from './gemini/gemini-kind.ts';
export { line } from './line/line-kind.ts';
