import { ofFile } from './of-file.ts';
import { startSystem, type TestSystem } from './system.ts';

/** One system for the tests of a file: started by the first that asks for it, and gone with the file. */
export const systemOfFile = (): (() => Promise<TestSystem>) => ofFile((t) => startSystem(t));
