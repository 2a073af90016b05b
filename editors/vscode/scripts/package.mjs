// Packages the extension as aside-VERSION.vsix. `--server FILE --target PLATFORM` puts the program
// of that platform inside, such as `linux-x64`; without them the program is looked for at start.

import { spawnSync } from "node:child_process";
import { chmod, copyFile, mkdir, rm, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const { values } = parseArgs({
  options: { server: { type: "string" }, target: { type: "string" }, out: { type: "string" } },
});
if ((values.server === undefined) !== (values.target === undefined)) {
  throw new Error("--server and --target belong together");
}

function run(program, args) {
  const done = spawnSync(program, args, { cwd: root, stdio: "inherit" });
  if (done.status !== 0) {
    throw new Error(`${args.join(" ")} failed`);
  }
}

run(process.execPath, ["scripts/build.mjs"]);
await stat(resolve(root, "dist/webview/view.js"));
const name = values.target?.startsWith("win32") ? "aside.exe" : "aside";
const licences = ["LICENSE-MIT", "LICENSE-APACHE"];
try {
  for (const licence of licences) {
    await copyFile(resolve(root, "../..", licence), resolve(root, licence));
  }
  if (values.server !== undefined) {
    await mkdir(resolve(root, "server"), { recursive: true });
    await copyFile(values.server, resolve(root, "server", name));
    await chmod(resolve(root, "server", name), 0o755);
  }
  run(process.execPath, [
    resolve(root, "node_modules/@vscode/vsce/vsce"),
    "package",
    "--no-dependencies",
    "--allow-missing-repository",
    ...(values.target === undefined ? [] : ["--target", values.target]),
    ...(values.out === undefined ? [] : ["--out", resolve(values.out)]),
  ]);
} finally {
  for (const made of ["server", ...licences]) {
    await rm(resolve(root, made), { recursive: true, force: true });
  }
}
