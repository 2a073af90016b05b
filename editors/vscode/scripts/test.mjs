// Builds the unit tests and runs them, each file in a process of its own.
import { spawnSync } from "node:child_process";
import { readdir } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");

function run(...args) {
  const done = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });
  if (done.status !== 0) {
    process.exit(done.status ?? 1);
  }
}

run("scripts/build.mjs", "--tests");
const names = (await readdir(resolve(root, "dist/test"))).filter((name) => name.endsWith(".mjs"));
if (names.length === 0) {
  throw new Error("there are no tests");
}
run("--test", ...names.map((name) => `dist/test/${name}`));
