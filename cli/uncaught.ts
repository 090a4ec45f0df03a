type Handler = (error: unknown) => void;

const handlers: Handler[] = [];

/** Who is to hear of what nobody caught, in the place of the process's end at once. */
export function onUncaught(handler: Handler): Disposable {
  handlers.push(handler);
  return {
    [Symbol.dispose]: () => {
      handlers.splice(handlers.indexOf(handler), 1);
    },
  };
}

/** Tells the last that asked for it; false where there is nobody. */
export function handleUncaught(error: unknown): boolean {
  const handler = handlers.at(-1);
  handler?.(error);
  return handler !== undefined;
}
