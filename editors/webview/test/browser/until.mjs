// Waiting for what no page shows, such as what has come to the host.
import { setTimeout as pause } from "node:timers/promises";

/** How long anything may take, in milliseconds. Nothing takes this long when all is well. */
const PATIENCE_MS = 30_000;

/** Waits until `look` gives something, and gives that. */
export async function until(what, look) {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = await look();
    if (found) {
      return found;
    }
    if (Date.now() > end) {
      throw new Error(`after ${PATIENCE_MS} ms there was still no ${what}`);
    }
    await pause(20);
  }
}
