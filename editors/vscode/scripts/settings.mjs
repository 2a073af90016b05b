// Writes the server's settings from docs/settings.md into package.json, so that both say the same.
// `--check` only tells whether they do.
import { readFile, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");

/** Those that decide where keys and prompts go, whom to trust, and what is written: never a folder's to say. */
const OWN =
  /^(permission_mode|providers\.|keys\.|usage\.|log\.|storage\.|sandbox\.|bash\.|web\.|edits\.confirm|transport\.)/;

/** Secrets are kept by `aside auth add`, never in settings. */
const SECRET = /_key$/;

function shape(kind) {
  const choice = /^one of (.+)$/.exec(kind);
  if (choice) {
    return { type: "string", enum: choice[1].split(", ") };
  }
  const whole = /^a whole number from (\d+) to (\d+)/.exec(kind);
  if (whole) {
    return { type: "integer", minimum: Number(whole[1]), maximum: Number(whole[2]) };
  }
  return { type: "string" };
}

function initial(text, type) {
  if (text === "not set") {
    return null;
  }
  const plain = text.replaceAll("`", "");
  return type === "integer" ? Number.parseInt(plain, 10) : plain;
}

function setting([name, start, kind, , use]) {
  const own = shape(kind);
  const value = initial(start, own.type);
  if (value === null) {
    own.type = [own.type, "null"];
    if (own.enum) {
      own.enum = [...own.enum, null];
    }
  }
  return {
    ...own,
    default: value,
    scope: OWN.test(name) ? "machine" : "window",
    markdownDescription: `${use}${/^(a model|models|patterns|words|an http)/.test(kind) ? ` (${kind})` : ""}`,
  };
}

/** The settings of the table, by their names in the editor. */
export async function serverSettings() {
  const page = await readFile(resolve(root, "../../docs/settings.md"), "utf8");
  const table = page.slice(
    page.indexOf("## All settings"),
    page.indexOf("## Providers and models"),
  );
  const properties = {};
  for (const line of table.split("\n")) {
    const cells = line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim());
    const name = /^`([a-z_.]+)`$/.exec(cells[0] ?? "")?.[1];
    if (name && !SECRET.test(name)) {
      properties[`aside.${name}`] = setting([name, ...cells.slice(1)]);
    }
  }
  return properties;
}

const file = resolve(root, "package.json");
const before = await readFile(file, "utf8");
const manifest = JSON.parse(before);
const sections = manifest.contributes.configuration;
const server = sections.find((section) => section.title === "Agent");
server.properties = await serverSettings();
server.properties["aside.providers"] = {
  type: "object",
  default: {},
  scope: "machine",
  markdownDescription:
    'Providers and models of your own, by name, as in the tables of `docs/settings.md`: `{ "local": { "base_url": "http://127.0.0.1:11434/v1" } }`. Keep keys out of here: run **Aside: Add a Provider\'s Key**.',
};
manifest.capabilities.untrustedWorkspaces.restrictedConfigurations = Object.entries(
  server.properties,
)
  .filter(([, one]) => one.scope !== "machine")
  .map(([name]) => name);
const after = `${JSON.stringify(manifest, null, 2)}\n`;
if (process.argv.includes("--check")) {
  if (JSON.stringify(JSON.parse(before)) !== JSON.stringify(manifest)) {
    console.error("The settings in package.json are old. Run `npm run settings`.");
    process.exit(1);
  }
} else {
  await writeFile(file, after);
}
