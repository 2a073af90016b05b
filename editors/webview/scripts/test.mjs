// Bundles each test for Node and runs all of them with Node's own test runner.
import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const tests = (await readdir(join(root, "test"))).filter((name) => /\.test\.tsx?$/.test(name));
// Beside node_modules, so that what stays outside of the bundles is found.
const out = await mkdtemp(join(root, "node_modules", ".aside-test-"));
try {
  await build({
    absWorkingDir: root,
    entryPoints: tests.map((name) => join("test", name)),
    outdir: out,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    // All else is in the bundle, so that `dom.ts` comes before what needs a document.
    external: ["jsdom", "katex", "mermaid"],
    jsx: "automatic",
    jsxImportSource: "preact",
    loader: { ".woff2": "empty", ".css": "empty" },
    logLevel: "warning",
  });
  const files = tests.map((name) => join(out, name.replace(/\.tsx?$/, ".mjs")));
  const run = spawnSync(process.execPath, ["--test", ...process.argv.slice(2), ...files], {
    cwd: root,
    stdio: "inherit",
  });
  process.exitCode = run.status ?? 1;
} finally {
  await rm(out, { recursive: true, force: true });
}
