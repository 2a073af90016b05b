// What the editor calls in its extension host when it is told to run tests.
import { runAll } from "./harness.ts";

/** Runs all tests. */
export async function run(): Promise<void> {
  await runAll();
}
