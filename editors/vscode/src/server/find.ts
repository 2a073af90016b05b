/** Finds the program of the server. */
import { accessSync, constants, statSync } from "node:fs";
import { homedir } from "node:os";
import * as path from "node:path";

/** Where it was found; or what was looked for in vain. */
export type Found =
  | { program: string; from: "setting" | "bundled" | "path" }
  | { missing: "setting"; program: string }
  | { missing: "everywhere" };

/** What finding depends on, so that it can be tried without a machine of that kind. */
export interface Machine {
  windows: boolean;
  home: string;
  /** The `PATH`. */
  search: string;
  isProgram(file: string): boolean;
}

/** This machine. */
export function thisMachine(): Machine {
  const windows = process.platform === "win32";
  return {
    windows,
    home: homedir(),
    search: process.env.PATH ?? "",
    isProgram(file) {
      try {
        accessSync(file, windows ? constants.F_OK : constants.X_OK);
        return statSync(file).isFile();
      } catch {
        return false;
      }
    },
  };
}

/**
 * The program that the setting names, else the one that came with the extension, else the first
 * one of the `PATH`, else one where installers put it. A setting that names none that runs is not passed over in silence.
 */
export function find(setting: string, extension: string, machine: Machine): Found {
  const said = setting.trim();
  if (said !== "") {
    const program = said.startsWith("~/") ? path.join(machine.home, said.slice(2)) : said;
    if (path.isAbsolute(program)) {
      return machine.isProgram(program)
        ? { program, from: "setting" }
        : { missing: "setting", program };
    }
    // A relative path would depend on the folder that is open: only names are looked for.
    const named = /[/\\]/.test(program) ? undefined : search(program, machine);
    return named === undefined
      ? { missing: "setting", program }
      : { program: named, from: "setting" };
  }
  const bundled = path.join(extension, "server", machine.windows ? "aside.exe" : "aside");
  if (machine.isProgram(bundled)) {
    return { program: bundled, from: "bundled" };
  }
  const program = search("aside", machine) ?? usual(machine);
  return program === undefined ? { missing: "everywhere" } : { program, from: "path" };
}

/** Where installers put programs, for editors that were started without a shell's `PATH`. */
function usual({ home, windows, isProgram }: Machine): string | undefined {
  const name = windows ? "aside.exe" : "aside";
  return [".cargo", ".local"]
    .map((folder) => path.join(home, folder, "bin", name))
    .find((program) => isProgram(program));
}

function search(name: string, machine: Machine): string | undefined {
  const separator = machine.windows ? ";" : ":";
  const endings = machine.windows && !/\.exe$/i.test(name) ? [".exe"] : [""];
  for (const folder of machine.search.split(separator)) {
    // An empty or relative entry means the folder that is open, whose programs are not ours.
    if (!path.isAbsolute(folder)) {
      continue;
    }
    for (const ending of endings) {
      const program = path.join(folder, name + ending);
      if (machine.isProgram(program)) {
        return program;
      }
    }
  }
  return undefined;
}
