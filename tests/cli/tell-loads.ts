/** For `--import`: tells every module that is loaded, on stderr. */
export const TELL_LOADS = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  registerHooks({
    load(url, context, next) {
      process._rawDebug('LOADED ' + url);
      return next(url, context);
    },
  });
`)}`;
