// Builds the chat view into dist/: view.js and the chunks it loads when they are needed, view.css, fonts.
import { readdir, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build, context } from "esbuild";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const watch = process.argv.includes("--watch");

const options = {
  absWorkingDir: root,
  entryPoints: {
    view: "src/main.vscode.ts",
    socket: "src/main.socket.ts",
    mount: "src/mount.tsx",
  },
  outdir: "dist",
  bundle: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  minify: !watch,
  sourcemap: watch,
  legalComments: "linked",
  jsx: "automatic",
  jsxImportSource: "preact",
  chunkNames: "chunks/[name]-[hash]",
  assetNames: "fonts/[name]-[hash]",
  loader: { ".woff2": "file", ".woff": "empty", ".ttf": "empty" },
  metafile: true,
  logLevel: "warning",
};

const styles = {
  absWorkingDir: root,
  entryPoints: { view: "src/styles/view.css" },
  outdir: "dist",
  bundle: true,
  minify: !watch,
  assetNames: "fonts/[name]-[hash]",
  loader: options.loader,
  metafile: true,
  logLevel: "warning",
};

if (watch) {
  for (const one of [options, styles]) {
    await (await context(one)).watch();
  }
} else {
  const built = await Promise.all([build(options), build(styles)]);
  const made = new Set(built.flatMap(({ metafile }) => Object.keys(metafile.outputs)));
  // What an earlier build left goes last, so that the view can be opened at any moment.
  for (const file of await readdir(join(root, "dist"), { recursive: true, withFileTypes: true })) {
    const path = join(file.parentPath, file.name);
    if (file.isFile() && !made.has(path.slice(root.length + 1))) {
      await rm(path);
    }
  }
}
