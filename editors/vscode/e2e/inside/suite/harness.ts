// The tests that run inside the extension host: registered, run one after another, and told to
// the page in lines that the other side reads.
import { within } from "../../src/waiting.ts";

/** Begins each line that is meant for the other side. */
export const MARK = "[inside]";

/** Begins a line that asks the page to press the answer of this name in the chat. */
export const PRESS = `${MARK} press `;

/** How long one test may take. */
const TEST_MS = 60_000;

interface Case {
  name: string;
  run: () => Promise<void>;
}

const cases: Case[] = [];

/** Registers a test. */
export function inside(name: string, run: () => Promise<void>): void {
  cases.push({ name, run });
}

/** Runs all tests; an error if one failed. */
export async function runAll(): Promise<void> {
  let failed = 0;
  for (const { name, run } of cases) {
    const began = Date.now();
    try {
      await within(`end of the test`, run(), TEST_MS);
      console.log(`${MARK} ok ${name} (${Date.now() - began} ms)`);
    } catch (error) {
      failed += 1;
      const said = error instanceof Error ? `${error.stack}\n${error.cause ?? ""}` : String(error);
      console.log(`${MARK} FAILED ${name}: ${said}`);
    }
  }
  console.log(`${MARK} ${cases.length} tests, ${failed} failed`);
  if (failed > 0) {
    throw new Error(`${failed} of ${cases.length} tests failed inside the extension host`);
  }
}
