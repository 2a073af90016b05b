// Checks the format of the Lua here with StyLua, or mends it with `--write`:
// `node format.mjs MODULE FOLDER [--write]`, where MODULE is StyLua's WebAssembly build from npm.
// It is configured as `stylua.toml` beside the plugin says, which editors read too.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative } from "node:path";

const [module, folder, mode] = process.argv.slice(2);
const stylua = createRequire(import.meta.url)(module);

const settings = [];
for (const line of readFileSync(join(folder, "stylua.toml"), "utf8").split("\n")) {
  const [, name, value] = line.match(/^(\w+) = (.+)$/) ?? [];
  if (name === undefined) continue;
  const known = { Spaces: stylua.IndentType.Spaces, LuaJIT: stylua.LuaVersion.LuaJIT };
  const plain = value.replaceAll('"', "");
  const meant = known[plain] ?? Number(plain);
  if (!(name in stylua.Config.prototype) || Number.isNaN(meant)) {
    throw new Error(`stylua.toml: this script does not know \`${line}\``);
  }
  settings.push([name, meant]);
}

// Each call takes its configuration away.
function configuration() {
  return Object.assign(stylua.Config.new(), Object.fromEntries(settings));
}

let unlike = 0;
let files = 0;
for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !entry.name.endsWith(".lua")) continue;
  const path = join(entry.parentPath, entry.name);
  const text = readFileSync(path, "utf8");
  let formatted = text;
  try {
    formatted = stylua.formatCode(text, configuration(), undefined, stylua.OutputVerification.None);
  } catch (error) {
    console.error(`${relative(folder, path)}: ${error}`);
    unlike += 1;
  }
  files += 1;
  if (formatted === text) continue;
  if (mode === "--write") {
    writeFileSync(path, formatted);
    console.log(`${relative(folder, path)}: formatted`);
    continue;
  }
  unlike += 1;
  const [lines, wanted] = [text.split("\n"), formatted.split("\n")];
  const at = lines.findIndex((line, index) => line !== wanted[index]);
  console.error(`${relative(folder, path)}:${at + 1}: is not as StyLua writes it`);
  console.error(`  - ${lines[at]}\n  + ${wanted[at] ?? ""}`);
}
console.log(`${files} files, ${unlike} of them not formatted`);
process.exit(unlike === 0 && files > 0 ? 0 : 1);
