// AVA loads this before each test file (`require` in ava.config.mjs): what the tests of a file share
// ends with the file (tests/support/of-file.ts).
import test from 'ava';
import { endWhatIsShared, shareInFile } from '../support/of-file.ts';

shareInFile();
test.after.always(endWhatIsShared);
