// Waiting for conditions, with a bound on each wait.
import { setTimeout as pause } from "node:timers/promises";

/** How long anything may take before a test fails. Nothing takes this long when all is well. */
export const PATIENCE_MS = Number(process.env.ASIDE_E2E_PATIENCE_MS ?? 45_000);

/** How long one try of something that is tried again may take. */
export const TRY_MS = 3_000;

/** How often a condition is looked at. */
const LOOK_MS = 25;

/** Waits until `look` gives something, and gives that. The error says what was waited for. */
export async function until<T>(
  what: string,
  look: () => T | undefined | Promise<T | undefined>,
  limit = PATIENCE_MS,
): Promise<NonNullable<T>> {
  const end = Date.now() + limit;
  let last: unknown;
  for (;;) {
    try {
      const found = await look();
      if (found !== undefined && found !== null && found !== false) {
        return found as NonNullable<T>;
      }
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) {
      throw new Error(`after ${limit} ms there was still no ${what}`, { cause: last });
    }
    await pause(LOOK_MS);
  }
}

/** Gives what `promise` gives, or fails with what was waited for. */
export async function within<T>(
  what: string,
  promise: Promise<T>,
  limit = PATIENCE_MS,
): Promise<T> {
  const stop = new AbortController();
  const late = pause(limit, undefined, { signal: stop.signal }).then(
    () => {
      throw new Error(`after ${limit} ms there was still no ${what}`);
    },
    () => undefined as never,
  );
  try {
    return await Promise.race([promise, late]);
  } finally {
    stop.abort();
  }
}
