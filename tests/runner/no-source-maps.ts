// AVA loads this before each test file (`require` in ava.config.mjs), and has Node read the source map of
// each package that a test loads. Sources here have none (types are taken out in place), and the packages'
// own lines are nobody's concern: reading their maps was a tenth of what it takes to start a file.
import process from 'node:process';

process.setSourceMapsEnabled(false);
