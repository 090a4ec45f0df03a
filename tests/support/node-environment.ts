/** What a Node process needs of the test's environment that is to get nothing else of it. */
export const nodeEnvironment = (): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  NODE_V8_COVERAGE: process.env.NODE_V8_COVERAGE,
  NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
});
