// Imported first by the test files whose child processes reach lines that no test reaches in its
// own process: those are measured for coverage. A profile of every child (there are hundreds, 2 MB
// each) would cost more than it shows. Without coverage this does nothing.
const { COVERAGE_OF_CHILDREN: folder } = process.env;

if (folder) {
  process.env.NODE_V8_COVERAGE = folder;
  // What comes from that cache was compiled without counters.
  delete process.env.NODE_COMPILE_CACHE;
}
