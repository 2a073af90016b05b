/**
 * Splits Markdown into its top-level blocks while it is being written, so that only the last one
 * is drawn again. Blocks before the last cannot change by what is appended, with one exception
 * that is accepted: a link definition that comes later than its use.
 */
import { md } from "./parser";

/** The blocks so far, and the text they were made of. */
export interface Blocks {
  text: string;
  /** The source of each block, trailing blank lines included. Joined they are `text`. */
  sources: readonly string[];
}

/** Blocks at the end that may still become one: what looks like a paragraph, `2`, may go on a list. */
const OPEN = 2;

export const NO_BLOCKS: Blocks = { text: "", sources: [] };

/** The blocks of a text, given those of a text that it may begin with. */
export function blocksOf(text: string, before: Blocks = NO_BLOCKS): Blocks {
  if (text === before.text) {
    return before;
  }
  if (before.sources.length <= OPEN || !text.startsWith(before.text)) {
    return { text, sources: split(text) };
  }
  const kept = before.sources.slice(0, -OPEN);
  const length = kept.reduce((sum, source) => sum + source.length, 0);
  return { text, sources: [...kept, ...split(text.slice(length))] };
}

function split(text: string): string[] {
  if (text === "") {
    return [];
  }
  const starts: number[] = [];
  for (const token of md.parse(text, {})) {
    if (token.level === 0 && token.map !== null && token.nesting >= 0) {
      starts.push(token.map[0]);
    }
  }
  if (starts.length < 2) {
    return [text];
  }
  const offsets = lineOffsets(text);
  const cuts = starts.slice(1).map((line) => offsets[line] ?? text.length);
  const blocks: string[] = [];
  let from = 0;
  for (const cut of cuts) {
    if (cut > from) {
      blocks.push(text.slice(from, cut));
      from = cut;
    }
  }
  blocks.push(text.slice(from));
  return blocks;
}

function lineOffsets(text: string): number[] {
  const offsets = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) {
    offsets.push(at + 1);
  }
  return offsets;
}
