import test from 'ava';
import { dockerEngine } from '../../support/docker/engine.ts';
import { conformance } from './conformance.ts';
import { dockerRuntime } from './docker-under-test.ts';

const engine = await dockerEngine();

/** The engine computes a quarter of a second for each: more than ten, so that two digits are among them. */
const MESSAGES = 12;

if (engine) conformance(test, 'docker', (t) => dockerRuntime(t, engine), { messages: MESSAGES });
else test('the Docker runtime', (t) => t.pass('skipped: no Docker engine'));
