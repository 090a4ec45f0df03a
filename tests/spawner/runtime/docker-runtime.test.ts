import test from 'ava';
import { dockerEngine } from '../../support/docker/engine.ts';
import { conformance } from './conformance.ts';
import { dockerRuntime } from './docker-under-test.ts';

const engine = await dockerEngine();

if (engine) conformance(test, 'docker', (t) => dockerRuntime(t, engine));
else test('the Docker runtime', (t) => t.pass('skipped: no Docker engine'));
