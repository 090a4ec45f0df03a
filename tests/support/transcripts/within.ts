/** The promise's value; rejects with what is missing where it takes longer. */
export async function within<T>(
  promise: Promise<T>,
  missing: string,
  patienceMs: number,
): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(missing)), patienceMs);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
