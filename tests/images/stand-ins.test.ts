import test from 'ava';
import { type BaseImages, baseImages } from '../support/docker/base-images.ts';
import { docker } from '../support/docker/docker-cli.ts';
import { dockerEngine } from '../support/docker/engine.ts';

const engine = await dockerEngine();
const withDocker = engine === undefined ? test.skip : test;

/** What a program of an image prints, run as the Compose file and the Dockerfiles run it. */
async function output(image: keyof BaseImages, ...command: string[]): Promise<string> {
  if (engine === undefined) throw new Error('there is no engine');
  const name = (await baseImages(engine))[image];
  return docker(engine, ['run', '--rm', '--network=none', name, ...command]);
}

withDocker('the base of the images has Node 24, npm and a user with the id 1000', async (t) => {
  const script = 'node --version && npm --version && id -u node && command -v bash';
  const [node, npm, uid] = (await output('NODE_IMAGE', 'sh', '-c', script)).split('\n');
  t.regex(node ?? '', /^v24\./);
  t.regex(npm ?? '', /^1\d\./);
  t.is(uid, '1000');
});

withDocker('the NATS image takes options alone, as the official one does', async (t) => {
  t.regex(await output('NATS_IMAGE', '--version'), /^nats-server: v2\.(1[2-9]|[2-9]\d)/);
});

withDocker('the Redis and nginx images have their programs on PATH', async (t) => {
  t.regex(await output('REDIS_IMAGE', 'redis-server', '--version'), /v=7\./);
  t.is(await output('NGINX_IMAGE', 'sh', '-c', 'command -v nginx'), '/usr/sbin/nginx\n');
});
