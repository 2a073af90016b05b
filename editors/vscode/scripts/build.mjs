// Builds the extension: dist/extension.js, and beside it the chat view in dist/webview.
// `--tests` builds the unit tests into dist/test instead, which run without an editor.

import { spawnSync } from "node:child_process";
import { cp, mkdir, readdir, rm, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const view = resolve(root, "../webview");

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  target: "node20",
  logLevel: "warning",
};

async function isThere(path) {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function run(program, args, cwd) {
  const done = spawnSync(program, args, {
    cwd,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (done.status !== 0) {
    throw new Error(`${program} ${args.join(" ")} failed in ${cwd}`);
  }
}

async function buildView() {
  if (!(await isThere(resolve(view, "node_modules")))) {
    run("npm", ["ci", "--no-audit", "--no-fund"], view);
  }
  run("npm", ["run", "--silent", "build"], view);
}

async function buildTests() {
  const names = await readdir(resolve(root, "test"));
  await rm(resolve(root, "dist/test"), { recursive: true, force: true });
  await build({
    ...common,
    entryPoints: names.filter((name) => name.endsWith(".test.ts")).map((name) => `test/${name}`),
    outdir: "dist/test",
    format: "esm",
    outExtension: { ".js": ".mjs" },
  });
}

if (process.argv.includes("--tests")) {
  await buildTests();
} else {
  if (!process.argv.includes("--no-view")) {
    await buildView();
  }
  await build({
    ...common,
    entryPoints: ["src/extension.ts"],
    outfile: "dist/extension.js",
    format: "cjs",
    external: ["vscode"],
    minify: true,
    sourcemap: process.argv.includes("--sourcemap"),
    legalComments: "none",
  });
  await rm(resolve(root, "dist/webview"), { recursive: true, force: true });
  await mkdir(resolve(root, "dist/webview"), { recursive: true });
  // Without the view's own build there is an extension to be tried, but none to be packaged.
  if (await isThere(resolve(view, "dist/view.js"))) {
    await cp(resolve(view, "dist"), resolve(root, "dist/webview"), {
      recursive: true,
      filter: (source) => !/[/\\](socket|mount)\.(js|css)(\.|$)/.test(source),
    });
  }
}
