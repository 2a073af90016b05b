// Runs the tests: starts VS Code's servers with the extension installed, runs the files of tests,
// and ends all that was started. `cargo xtask vscode` runs it.
//
//   node run.ts [--screenshots] [--update-images] [FILTER]
import { copyFileSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Editor, startEditor } from "./src/editor.ts";
import type { Ended } from "./src/ended.ts";
import { extensionPackage, here, out, outFolder } from "./src/places.ts";
import { type Running, signal, start } from "./src/processes.ts";
import { within } from "./src/waiting.ts";
import { writeLauncher } from "./src/world.ts";

/** How long all tests together may take. */
const ALL_MS = 15 * 60_000;

/** How many files of tests run at once. */
const AT_ONCE = 2;

/** So many tests may fail by chance: the editor around them is slow or takes the focus at times. */
const BY_CHANCE = 2;

/** Where the README's pictures are. */
const IMAGES = join(here(), "../../../docs/images");

const { values, positionals } = parseArgs({
  options: { screenshots: { type: "boolean" }, "update-images": { type: "boolean" } },
  allowPositionals: true,
});

/** How the tests ended, one in each line. */
const ENDED = join(outFolder(), "ended.jsonl");

/** The files of tests that are wanted. */
function files(): string[] {
  const all = ["view", "inside"].flatMap((folder) =>
    readdirSync(join(here(), folder))
      .filter((name) => name.endsWith(".test.ts"))
      .map((name) => join(here(), folder, name)),
  );
  return values.screenshots ? all.filter((file) => file.includes("screenshots")) : all;
}

/** Runs the tests with one of these names, all where there are none. */
async function runTests(names: string[], env: Record<string, string>): Promise<number> {
  const reporters = ["spec", join(here(), "src/ended.ts")];
  const args = ["--test", `--test-concurrency=${AT_ONCE}`];
  args.push(...reporters.map((reporter) => `--test-reporter=${reporter}`));
  args.push(...["stdout", ENDED].map((place) => `--test-reporter-destination=${place}`));
  args.push(...names.map((name) => `--test-name-pattern=${name}`), ...files());
  const log = join(outFolder(), "tests.err");
  const onLine = (line: string) => console.log(line);
  const running: Running = start(process.execPath, args, { env, log, onLine });
  const ended = new Promise<number>((resolve) => {
    running.child.on("close", (code) => resolve(code ?? 1));
  });
  try {
    return await within("end of the tests", ended, ALL_MS);
  } finally {
    await running.end();
  }
}

/**
 * Tries once more what failed, and says so: what fails again has failed. A file that broke, or more
 * failures than `BY_CHANCE`, are no chance. Gives the code of the end.
 */
async function runAgain(env: Record<string, string>): Promise<number> {
  const names = ended(false);
  const isWhole = names.every((name) => !name.endsWith(".test.ts"));
  if (names.length === 0 || names.length > BY_CHANCE || !isWhole) return 1;
  console.log(`Once more: ${names.join("; ")}`);
  const exact = names.map((name) => `/^${name.replaceAll(/[/.*+?^${}()|[\]\\]/g, "\\$&")}$/`);
  const code = await runTests(exact, env);
  // A test that was not found did not pass either.
  const passed = ended(true);
  if (code !== 0 || !names.every((name) => passed.includes(name))) return 1;
  console.log(`passed at the second try only: ${names.join("; ")}`);
  return 0;
}

/** The names of the tests of the last run that passed, or that failed. */
function ended(passed: boolean): string[] {
  const lines = readFileSync(ENDED, "utf8").split("\n").filter(Boolean);
  const all = lines.map((line) => JSON.parse(line) as Ended);
  return all.filter((one) => one.passed === passed).map(({ name }) => name);
}

/** Ends what names the folder of the output and is none of ours to keep; says how many. */
function endLeftovers(): number {
  let count = 0;
  for (const name of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    const pid = Number(name);
    if (pid === process.pid) continue;
    try {
      // The server's processes are started by the launcher with this folder in their environment.
      const environment = readFileSync(`/proc/${name}/environ`, "utf8");
      if (environment.includes(`ASIDE_DATA_DIR=${outFolder()}`)) {
        console.log(`left behind: ${readFileSync(`/proc/${name}/cmdline`, "utf8")}`);
        signal(pid, "SIGKILL");
        count += 1;
      }
    } catch {
      // It has ended, or is another user's.
    }
  }
  return count;
}

for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(name, () => process.exit(1));
}
const began = Date.now();
rmSync(outFolder(), { recursive: true, force: true });
const settings = { "aside.server.path": writeLauncher() };
const extensions = [extensionPackage()];
const editors: Editor[] = [];
let code = 1;
try {
  console.log("VS Code's servers are started, and the extension is installed");
  editors.push(await startEditor({ name: "view", settings, extensions }));
  editors.push(await startEditor({ name: "inside", settings, extensions, isForInside: true }));
  const [view, inside] = editors;
  const env = { ASIDE_E2E_URL: view?.url ?? "", ASIDE_E2E_INSIDE_URL: inside?.url ?? "" };
  code = await runTests(positionals, env);
  // Whoever asks for certain tests wants to see them fail.
  if (code !== 0 && positionals.length === 0) code = await runAgain(env);
} finally {
  for (const editor of editors) {
    await editor.end();
  }
}
const left = endLeftovers();
if (left > 0) {
  console.log(`${left} processes outlived the editor`);
  code = 1;
}
if (values["update-images"] && code === 0) {
  for (const name of readdirSync(out("images"))) {
    copyFileSync(join(out("images"), name), join(IMAGES, name));
  }
}
console.log(`${Math.round((Date.now() - began) / 1000)} s; logs are in ${outFolder()}`);
process.exit(code);
