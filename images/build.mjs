// Builds both images with this machine's `docker`: npm run images [-- --build-arg AGENTS=all …]
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { say } from '../bootstrap/say.mjs';

const IMAGES = { worker: 'orchestrator-worker', orchestrator: 'orchestrator' };

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { version } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'));
for (const [folder, name] of Object.entries(IMAGES)) {
  say(`building ${name}:${version} …`);
  const args = [
    ...['build', '--file', `images/${folder}/Dockerfile`, '--build-arg', `VERSION=${version}`],
    ...['--tag', `${name}:${version}`, '--tag', `${name}:latest`, ...process.argv.slice(2), '.'],
  ];
  const { status, error } = spawnSync('docker', args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) {
    say(`${name} was not built: ${error?.message ?? 'docker says why'}`);
    process.exit(1);
  }
}
