import { cpSync, existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { findNatsServer } from '../../../bootstrap/nats-server.mjs';
import { runProgram } from '../../../bootstrap/run-program.mjs';

/** An image that is made here where it cannot be pulled. */
export interface StandIn {
  /** By which variable the Dockerfiles and the Compose file take its name. */
  variable: 'NODE_IMAGE' | 'NATS_IMAGE' | 'REDIS_IMAGE' | 'NGINX_IMAGE';
  /** The official image, whose place it takes. */
  name: string;
  dockerfile: string;
  /** Puts what the Dockerfile copies into the folder of the build. */
  prepare?(folder: string): Promise<void>;
}

const ROOT = join(import.meta.dirname, '..', '..', '..');
/** One layer for the three that have programs of Debian's: apt takes longer than the rest of them. */
const SERVICES = `RUN apt-get -qq install --yes --no-install-recommends \\
    busybox nginx-light redis-server redis-tools \\
 && ln -s busybox /bin/wget
`;
/** As Debian's official images have it: nothing of apt's own stays in a layer. */
const CLEAN = `DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb"; };
Dir::Cache::pkgcache ""; Dir::Cache::srcpkgcache "";
`;
const MACHINE_CA = '/usr/local/share/ca-certificates';

/**
 * What takes the place of the official images: the same programs, users, paths and entry points, so
 * far as the project's Dockerfiles and Compose file use them, on the Debian image `debian`.
 */
export const standIns = (debian: string): StandIn[] => [
  {
    variable: 'NODE_IMAGE',
    name: 'node:24-bookworm-slim',
    dockerfile: node(debian),
    prepare: copyNode,
  },
  { variable: 'NATS_IMAGE', name: 'nats:2-alpine', dockerfile: nats(debian), prepare: copyNats },
  { variable: 'REDIS_IMAGE', name: 'redis:7-alpine', dockerfile: redis(debian) },
  { variable: 'NGINX_IMAGE', name: 'nginx:1.28-alpine', dockerfile: nginx(debian) },
];

const node = (debian: string): string => `FROM ${debian}
COPY ca/ ${MACHINE_CA}/
COPY node /usr/local/bin/node
COPY npm /usr/local/lib/node_modules/npm
COPY npmrc /usr/local/etc/npmrc
COPY docker-clean /etc/apt/apt.conf.d/
RUN update-ca-certificates >/dev/null 2>&1 \\
 && ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm \\
 && ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx \\
 && groupadd --gid 1000 node \\
 && useradd --uid 1000 --gid node --shell /bin/bash --create-home node
CMD ["node"]
`;

/** With this machine's own way to its registry: its certificates and its npm's address. */
async function copyNode(folder: string): Promise<void> {
  cpSync(process.execPath, join(folder, 'node'));
  cpSync(npmFolder(), join(folder, 'npm'), { recursive: true });
  mkdirSync(join(folder, 'ca'));
  if (existsSync(MACHINE_CA)) cpSync(MACHINE_CA, join(folder, 'ca'), { recursive: true });
  const registry = await runProgram('npm', ['config', 'get', 'registry'], { cwd: folder });
  const npmrc = `registry=${registry.stdout.trim()}\ncafile=/etc/ssl/certs/ca-certificates.crt\n`;
  writeFileSync(join(folder, 'npmrc'), npmrc);
  writeFileSync(join(folder, 'docker-clean'), CLEAN);
}

/** The folder of this machine's npm, which the official image has too. */
function npmFolder(): string {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((path) => path !== '');
  const found = folders.map((folder) => join(folder, 'npm')).find((path) => existsSync(path));
  if (found === undefined) throw new Error('there is no npm on PATH');
  return dirname(dirname(realpathSync(found)));
}

const nats = (debian: string): string => `FROM ${debian}
${SERVICES}COPY nats-server docker-entrypoint.sh /usr/local/bin/
EXPOSE 4222 8222 6222
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["nats-server", "--config", "/etc/nats/nats-server.conf"]
`;

async function copyNats(folder: string): Promise<void> {
  const { path } = await findNatsServer({ root: ROOT, allowDownload: true });
  cpSync(path, join(folder, 'nats-server'));
  const entry = `#!/bin/sh
case "$1" in -*) set -- nats-server "$@" ;; esac
exec "$@"
`;
  writeFileSync(join(folder, 'docker-entrypoint.sh'), entry, { mode: 0o755 });
}

const redis = (debian: string): string => `FROM ${debian}
${SERVICES}RUN usermod --uid 999 redis && groupmod --non-unique --gid 1000 redis \\
 && mkdir -p /data && chown redis:redis /data
VOLUME /data
WORKDIR /data
EXPOSE 6379
CMD ["redis-server"]
`;

const nginx = (debian: string): string => `FROM ${debian}
${SERVICES}CMD ["nginx", "-g", "daemon off;"]
`;
