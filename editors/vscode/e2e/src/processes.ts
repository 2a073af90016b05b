// Programs that the tests start, and their ends: none is left behind, children of theirs included.
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readdirSync, readFileSync } from "node:fs";
import { until } from "./waiting.ts";

/** How long a program may take to end when it is asked to, before it is made to. */
const END_MS = 3_000;

export interface Starting {
  env?: Record<string, string>;
  cwd?: string;
  /** The file that gets what it prints; its standard output too unless `onLine` reads that. */
  log: string;
  /** Each line of its standard output. */
  onLine?: (line: string) => void;
}

/** A program at work. */
export interface Running {
  pid: number;
  child: ChildProcess;
  isAlive(): boolean;
  /** Ends it and all that it started. */
  end(): Promise<void>;
}

/** Those that have not been ended. */
const alive = new Set<number>();

// Also where a run is broken off, nothing is left behind.
process.on("exit", () => {
  for (const pid of alive) endAtOnce([pid, ...descendants(pid)], pid);
});

/** Starts a program in a process group of its own. */
export function start(program: string, args: string[], options: Starting): Running {
  const log = openSync(options.log, "a");
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ["pipe", options.onLine ? "pipe" : log, log],
    detached: true,
  });
  closeSync(log);
  const pid = child.pid;
  if (pid === undefined) {
    throw new Error(`${program} cannot be started`);
  }
  alive.add(pid);
  const { onLine } = options;
  if (onLine && child.stdout) {
    let rest = "";
    child.stdout.setEncoding("utf8");
    child.stdout.on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      lines.forEach(onLine);
    });
  }
  // What is written to a program that has ended is of no matter.
  child.stdin?.on("error", () => undefined);
  const isAlive = () => child.exitCode === null && child.signalCode === null;
  return { pid, child, isAlive, end: () => end(pid, isAlive) };
}

async function end(pid: number, isAlive: () => boolean): Promise<void> {
  const family = [pid, ...descendants(pid)];
  signal(pid, "SIGTERM");
  await until("end of a program", () => !isAlive() || undefined, END_MS).catch(() => undefined);
  // Those that lost their parent meanwhile are no longer found below it.
  endAtOnce([...family, ...descendants(pid)], pid);
  alive.delete(pid);
  await until("end of a program", () => !isAlive() || undefined);
}

function endAtOnce(family: number[], group: number): void {
  for (const member of family) signal(member, "SIGKILL");
  killGroup(group);
}

/** Sends a signal to a process that may have ended. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended.
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // All have ended.
  }
}

/** Whether there is such a process that has not ended. */
export function exists(pid: number): boolean {
  const state = stat(pid)?.state;
  return state !== undefined && state !== "Z";
}

/** All that a process started, and what those started. */
export function descendants(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync("/proc")) {
    const parent = /^\d+$/.test(name) ? stat(Number(name))?.parent : undefined;
    if (parent !== undefined) {
      children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
    }
  }
  const found: number[] = [];
  const open = [pid];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const below = children.get(next) ?? [];
    found.push(...below);
    open.push(...below);
  }
  return found;
}

function stat(pid: number): { state: string; parent: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name, in parentheses, may have anything in it.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { state: fields[0] ?? "Z", parent: Number(fields[1]) };
  } catch {
    return undefined;
  }
}
