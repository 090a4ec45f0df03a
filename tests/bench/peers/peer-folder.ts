import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeFolder } from '../../support/remove-folder.ts';
import type { Cleanup } from '../measure.ts';

/** A home of its own for a peer. Whatever still runs in it is ended with the bench. */
export function peerFolder(cleanup: Cleanup): string {
  const folder = mkdtempSync(join(tmpdir(), 'orchestrator-peer-'));
  cleanup.teardown(() => removeFolder(folder));
  return folder;
}

/** Claude Code asks nobody in this home, as our own agents are not asked by default. */
export function allowAll(home: string): void {
  mkdirSync(join(home, '.claude'));
  const permissions = { defaultMode: 'bypassPermissions' };
  writeFileSync(join(home, '.claude', 'settings.json'), JSON.stringify({ permissions }));
}
