// AVA loads this before each test file (`require` in ava.config.mjs): what the tests of a file share
// ends with the file (tests/support/of-file.ts). Not by a hook: once one is declared, AVA waits for
// no file that imports something by `await` before its tests.
import { registerCompletionHandler } from 'ava';
import { endWhatIsShared, shareInFile } from '../support/of-file.ts';

shareInFile();
registerCompletionHandler(() => void endWhatIsShared());
