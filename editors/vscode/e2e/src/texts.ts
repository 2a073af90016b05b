// Comparing texts that settle after a while.
import { strictEqual } from "node:assert";
import { PATIENCE_MS, until } from "./waiting.ts";

/** Waits until `look` gives the wanted text; the error shows what it gave last. */
export async function expectLines(
  what: string,
  wanted: string,
  look: () => Promise<string> | string,
  limit = PATIENCE_MS,
): Promise<void> {
  let last = "";
  try {
    await until(
      what,
      async () => {
        last = await look();
        return last.trimEnd() === wanted.trimEnd() || undefined;
      },
      limit,
    );
  } catch {
    strictEqual(last.trimEnd(), wanted.trimEnd(), what);
  }
}
