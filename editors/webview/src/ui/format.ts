/** Numbers, times and places as people read them. */
import type { Range, Uri } from "../../../../protocol/ts/aside";

/** `950`, `12.3k`, `1.2M`. */
export function count(value: number): string {
  if (value < 1000) {
    return String(value);
  }
  const [scaled, unit] = value < 1_000_000 ? [value / 1000, "k"] : [value / 1_000_000, "M"];
  return `${scaled < 100 ? scaled.toFixed(1).replace(/\.0$/, "") : Math.round(scaled)}${unit}`;
}

/** `$0.0042`, `$1.25`. */
export function dollars(value: number): string {
  return value > 0 && value < 0.01 ? `$${value.toFixed(4)}` : `$${value.toFixed(2)}`;
}

/** `80 ms`, `4.2 s`, `3 min 5 s`. */
export function duration(ms: number): string {
  if (ms < 1000) {
    return `${Math.round(ms)} ms`;
  }
  if (ms < 60_000) {
    return `${(ms / 1000).toFixed(1)} s`;
  }
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** Bytes: `640 KB`, `1.5 MB`. */
export function bytes(value: number): string {
  return value < 1_000_000
    ? `${Math.ceil(value / 1000)} KB`
    : `${(value / 1_000_000).toFixed(1)} MB`;
}

/** A file's place, relative to the workspace where it is in it. */
export function place(uri: Uri, workspaceUri: Uri | undefined): string {
  const root = workspaceUri?.replace(/\/$/, "");
  const rest =
    root !== undefined && uri.startsWith(`${root}/`)
      ? uri.slice(root.length + 1)
      : uri.replace(/^file:\/\//, "");
  try {
    return decodeURIComponent(rest);
  } catch {
    return rest;
  }
}

/** The lines of a range as people count them: `:4`, `:4-9`. */
export function lines(range: Range | undefined): string {
  if (range === undefined) {
    return "";
  }
  const last = range.end.character === 0 && range.end.line > range.start.line;
  const end = range.end.line + (last ? 0 : 1);
  return end <= range.start.line + 1
    ? `:${range.start.line + 1}`
    : `:${range.start.line + 1}-${end}`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what it is about.
const ESCAPES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g;

/** The output of a program without what is meant for a terminal. */
export function plainOutput(text: string): string {
  return text.replace(ESCAPES, "").replaceAll("\r\n", "\n");
}
