// What the editor calls in its extension host when it is told to run tests.
import "./edits.ts";
import "./sessions.ts";
import "./knowledge.ts";
import { endModel } from "./desk.ts";
import { runAll } from "./harness.ts";

/** Runs all tests. */
export async function run(): Promise<void> {
  try {
    await runAll();
  } finally {
    await endModel();
  }
}
