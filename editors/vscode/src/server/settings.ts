/** Which of the editor's settings the server is told of, in the shape of its own `config.toml`. */

/** One setting of the server as the extension declares it. */
export interface Declared {
  /** With its section: `aside.turn.max_iterations`. */
  key: string;
  /** Whether only the user may say it, never the folder that is open. */
  userOnly: boolean;
}

/** What is said of a setting, and where. */
export interface Said {
  globalValue?: unknown;
  workspaceValue?: unknown;
  workspaceFolderValue?: unknown;
}

/** Those that concern the extension alone begin with one of these. */
const OWN = ["aside.server.", "aside.chat.", "aside.review."];

/** Reads the server's settings out of the extension's `package.json`. */
export function declared(manifest: unknown): Declared[] {
  const sections = dig(manifest, ["contributes", "configuration"]);
  const all: Declared[] = [];
  for (const section of Array.isArray(sections) ? sections : []) {
    const properties = dig(section, ["properties"]);
    for (const [key, one] of Object.entries(isObject(properties) ? properties : {})) {
      if (!OWN.some((own) => key.startsWith(own))) {
        all.push({ key, userOnly: dig(one, ["scope"]) !== "window" });
      }
    }
  }
  return all;
}

/**
 * What the user said, as a nested object without the section's own name. Defaults are the server's
 * business and left out. Where the folder is not trusted, or may not say it, only the user's own
 * word counts.
 */
export function collect(
  settings: readonly Declared[],
  inspect: (key: string) => Said | undefined,
  folderIsTrusted: boolean,
): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const { key, userOnly } of settings) {
    const said = inspect(key);
    const folder = said?.workspaceFolderValue ?? said?.workspaceValue;
    const value = userOnly || !folderIsTrusted ? said?.globalValue : (folder ?? said?.globalValue);
    if (value === undefined || value === null) {
      continue;
    }
    put(root, key.split(".").slice(1), value);
  }
  return root;
}

function put(root: Record<string, unknown>, path: string[], value: unknown): void {
  const last = path.at(-1);
  if (last === undefined) {
    return;
  }
  let at = root;
  for (const name of path.slice(0, -1)) {
    const next = at[name];
    if (isObject(next)) {
      at = next;
    } else {
      const made: Record<string, unknown> = {};
      at[name] = made;
      at = made;
    }
  }
  // `providers` is both a setting and the parent of others: what is said of both counts.
  const there = at[last];
  at[last] = isObject(there) && isObject(value) ? { ...value, ...there } : value;
}

function dig(value: unknown, path: string[]): unknown {
  let at = value;
  for (const name of path) {
    if (!isObject(at)) {
      return undefined;
    }
    at = at[name];
  }
  return at;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
