// A place for one test: a workspace folder, a model, and a server whose data nobody else has.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { asideProgram, out } from "./places.ts";
import { exists, signal } from "./processes.ts";
import { Script } from "./script.ts";
import { until } from "./waiting.ts";

/** The file beside a workspace that says with which variables its server runs. */
const VARIABLES = "env.sh";

/** The file beside a workspace with the id of its server's process. */
const PID = "aside.pid";

/**
 * The program that the editor is told to start: the server with the variables of the workspace
 * that it is started in. So one VS Code serves all tests.
 */
export function writeLauncher(): string {
  const file = join(out("bin"), "aside");
  const text = `#!/bin/sh
# Starts the server as the test says whose workspace this is.
[ -f "../${VARIABLES}" ] && . "../${VARIABLES}"
echo $$ >>"../${PID}"
exec '${asideProgram()}' "$@"
`;
  writeFileSync(file, text);
  chmodSync(file, 0o755);
  return file;
}

export class World {
  readonly name: string;
  readonly folder: string;
  readonly script: Script;
  readonly #variables: Record<string, string>;

  private constructor(name: string, folder: string, script: Script) {
    this.name = name;
    this.folder = folder;
    this.script = script;
    this.#variables = {
      HOME: join(folder, "home"),
      ASIDE_DATA_DIR: join(folder, "data"),
      ASIDE_CONFIG_DIR: join(folder, "config"),
      ASIDE_MODEL: "openai/scripted",
      OPENAI_BASE_URL: script.url,
      OPENAI_API_KEY: "x",
    };
    this.#write();
  }

  /** Makes the place, with these files in the workspace. */
  static async make(name: string, files: Record<string, string>): Promise<World> {
    const folder = out("worlds", name);
    rmSync(folder, { recursive: true, force: true });
    for (const inner of ["workspace", "home", "data", "config"]) {
      mkdirSync(join(folder, inner), { recursive: true });
    }
    const script = await Script.start(join(folder, "script.log"));
    const world = new World(name, folder, script);
    for (const [path, text] of Object.entries(files)) {
      world.write(path, text);
    }
    return world;
  }

  get workspace(): string {
    return join(this.folder, "workspace");
  }

  /** Sets variables of the server's environment; takes away those that are undefined. */
  setVariables(changes: Record<string, string | undefined>): void {
    for (const [name, value] of Object.entries(changes)) {
      if (value === undefined) {
        delete this.#variables[name];
      } else {
        this.#variables[name] = value;
      }
    }
    this.#write();
  }

  #write(): void {
    const lines = Object.entries(this.#variables).map(
      ([name, value]) => `export ${name}='${value.replaceAll("'", "'\\''")}'`,
    );
    writeFileSync(join(this.folder, VARIABLES), `${lines.join("\n")}\n`);
  }

  /** Writes a file of the workspace. */
  write(path: string, text: string): void {
    const file = join(this.workspace, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  /** Writes a file of the user's configuration. */
  configure(path: string, text: string): void {
    writeFileSync(join(this.folder, "config", path), text);
  }

  /** What a file of the workspace holds on disk. */
  read(path: string): string {
    return readFileSync(join(this.workspace, path), "utf8");
  }

  has(path: string): boolean {
    return existsSync(join(this.workspace, path));
  }

  /** Makes a link in the workspace. */
  link(path: string, to: string): void {
    symlinkSync(to, join(this.workspace, path));
  }

  /** The server's processes so far, the newest last. */
  pids(): number[] {
    const file = join(this.folder, PID);
    const text = existsSync(file) ? readFileSync(file, "utf8") : "";
    return text.split("\n").filter(Boolean).map(Number);
  }

  /** Ends the server as a crash would, and gives its process. */
  async killServer(): Promise<number> {
    const pid = await until("server at work", () => {
      const last = this.pids().at(-1);
      return last !== undefined && exists(last) ? last : undefined;
    });
    signal(pid, "SIGKILL");
    await until("end of the server", () => !exists(pid) || undefined);
    return pid;
  }

  /** Ends all that is left. */
  async end(): Promise<void> {
    await this.script.end();
    for (const pid of this.pids().filter(exists)) {
      signal(pid, "SIGKILL");
    }
  }
}
