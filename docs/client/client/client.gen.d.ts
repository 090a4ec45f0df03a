// Made from docs/openapi.json by `npm run docs`; not written by hand.
import type { Client, Config } from './types.gen.js';
export declare const createClient: (config?: Config) => Client;
