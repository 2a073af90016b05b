/** What a folder brings along, in words, so that none of it looks like another. Pure. */
import { visible } from "../../../webview/src/ui/visible";
import type { TrustState } from "../protocol";

/** Entries that the question itself shows; all are in a document beside it. */
const MAX_SHOWN = 12;

/** Characters of an entry in the question. */
const MAX_ENTRY = 160;

/** What the question shows, and whether that is all of it. */
export function summary(state: TrustState): { text: string; isWhole: boolean } {
  const changed = state.changed ?? [];
  const said = state.entries.map(({ name, value }) => inLine(`${name}: ${value}`));
  const shown = said
    .slice(0, MAX_SHOWN)
    .map((line) => (line.length > MAX_ENTRY ? `${line.slice(0, MAX_ENTRY)}…` : line));
  const lines = [
    ...(changed.length === 0 ? [] : [`Changed: ${changed.map(inLine).join(", ")}`]),
    `Files: ${state.files.map(inLine).join(", ")}`,
    "",
    ...shown,
  ];
  const more = said.length - MAX_SHOWN;
  if (more > 0) {
    lines.push(`and ${more} more`);
  }
  return {
    text: [...lines, ...(state.warnings ?? []).map(inLine)].join("\n"),
    isWhole: more <= 0 && said.every((line) => line.length <= MAX_ENTRY),
  };
}

/** All of it, a line for each. */
export function whole(state: TrustState): string {
  return [
    `Folder: ${inLine(state.workspace)}`,
    "",
    "Files:",
    ...state.files.map(
      (file) => `  ${inLine(file)}${state.changed?.includes(file) ? " (changed)" : ""}`,
    ),
    "",
    "What they say:",
    ...state.entries.map(({ name, value }) => `  ${inLine(`${name}: ${value}`)}`),
    "",
    ...(state.warnings ?? []).map(inLine),
  ].join("\n");
}

function inLine(text: string): string {
  return visible(
    text
      .trim()
      .replace(/\s*\n\s*/g, " ⏎ ")
      .replace(/\s+/g, " "),
  );
}
