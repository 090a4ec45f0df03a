// Ends a private engine with all that it runs, and frees its folder (the line on stdin), when stdin
// ends: as the test wants it, or because the test has died.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { runProgram } from '../../../bootstrap/run-program.mjs';
import { childrenOf, killAll, processesNamed } from '../process-tree.ts';

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

const folder = (await text(process.stdin)).trim();
const daemons = (name: string) => processesNamed(name, folder);

await removeContainers(`unix://${folder}/docker.sock`);
// The daemons first, so that nothing is started any more; then what the shims have in their care.
killAll(daemons('dockerd'));
killAll(daemons('containerd'));
const shims = daemons('containerd-shim-runc-v2');
killAll(childrenOf(shims));
killAll(shims);
for (const mount of mountsBelow(folder)) execFileSync('umount', ['--lazy', mount]);
await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });

/** So that nothing of them is left with the kernel either; where its engine is up. */
async function removeContainers(host: string): Promise<void> {
  const remove = 'docker ps --all --quiet | xargs --no-run-if-empty docker rm --force --volumes';
  const env = { ...process.env, DOCKER_HOST: host };
  await runProgram('bash', ['-c', remove], { env, timeoutMs: 60_000 });
}

/** Inner ones first. */
function mountsBelow(path: string): string[] {
  return readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((mount) => mount.startsWith(`${path}/`))
    .toReversed();
}
