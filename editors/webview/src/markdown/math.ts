/**
 * Formulas in Markdown: `$x$`, `$$x$$`, `\(x\)` and `\[x\]`. They become elements that hold the
 * source; `katex.ts` draws them when they are in the page.
 */
import type { MarkdownIt } from "markdown-it";

/** Characters of a formula in a line, and lines of one that has its own; what is longer is text. */
export const MAX_FORMULA = 2000;
const MAX_LINES = 100;

const DOLLAR = 0x24;
const BACKSLASH = 0x5c;
const SPACE = /\s/;
const DIGIT = /\d/;

export function math(md: MarkdownIt): void {
  const html = (source: string, display: boolean) => {
    const text = md.utils.escapeHtml(source);
    return `<span class="math" data-display="${display}">${text}</span>`;
  };

  md.inline.ruler.before("escape", "math", (state, silent) => {
    const found = inlineAt(state.src, state.pos, state.posMax);
    if (found === undefined) {
      return false;
    }
    if (!silent) {
      const token = state.push("math", "math", 0);
      token.content = found.source;
      token.meta = { display: found.display };
    }
    state.pos = found.end;
    return true;
  });

  md.block.ruler.before(
    "fence",
    "mathBlock",
    (state, startLine, endLine, silent) => {
      const start = (state.bMarks[startLine] ?? 0) + (state.tShift[startLine] ?? 0);
      const first = state.src.slice(start, state.eMarks[startLine]).trim();
      const close = first === "$$" ? "$$" : first === "\\[" ? "\\]" : undefined;
      if (close === undefined) {
        return false;
      }
      const last = Math.min(endLine, startLine + MAX_LINES);
      let line = startLine + 1;
      while (line < last && lineAt(state, line).trim() !== close) {
        line += 1;
      }
      if (line >= last) {
        return false;
      }
      if (!silent) {
        const token = state.push("math_block", "math", 0);
        token.content = state.getLines(startLine + 1, line, state.tShift[startLine] ?? 0, false);
        token.map = [startLine, line + 1];
        state.line = line + 1;
      }
      return true;
    },
    { alt: ["paragraph"] },
  );

  md.renderer.rules.math = (tokens, index) =>
    html(tokens[index]?.content ?? "", tokens[index]?.meta?.display === true);
  md.renderer.rules.math_block = (tokens, index) =>
    `<p>${html(tokens[index]?.content ?? "", true)}</p>`;
}

function lineAt(state: { src: string; bMarks: number[]; eMarks: number[] }, line: number): string {
  return state.src.slice(state.bMarks[line], state.eMarks[line]);
}

interface Formula {
  source: string;
  display: boolean;
  end: number;
}

/** The formula that begins here, if one does. */
export function inlineAt(text: string, from: number, to: number): Formula | undefined {
  const first = text.charCodeAt(from);
  if (first !== DOLLAR && first !== BACKSLASH) {
    return undefined;
  }
  // One that nothing ends is not looked for to the end of the text, each time that one begins.
  const near = text.slice(from, Math.min(to, from + MAX_FORMULA) + 1);
  const found = formulaIn(near, Math.min(to - from, MAX_FORMULA));
  return found === undefined ? undefined : { ...found, end: from + found.end };
}

/** The formula at the beginning of a text, which ends before `to`. */
function formulaIn(text: string, to: number): Formula | undefined {
  const first = text.charCodeAt(0);
  if (first === BACKSLASH) {
    const open = text[1];
    if (open !== "(" && open !== "[") {
      return undefined;
    }
    const end = text.indexOf(open === "(" ? "\\)" : "\\]", 2);
    return end < 0 || end + 2 > to
      ? undefined
      : { source: text.slice(2, end), display: open === "[", end: end + 2 };
  }
  if (first !== DOLLAR) {
    return undefined;
  }
  if (text.charCodeAt(1) === DOLLAR) {
    const end = text.indexOf("$$", 2);
    return end <= 2 || end + 2 > to
      ? undefined
      : { source: text.slice(2, end), display: true, end: end + 2 };
  }
  // Prices are not formulas: what is next to the dollars must not be a space, and no digit follows.
  if (SPACE.test(text[1] ?? " ")) {
    return undefined;
  }
  const end = text.indexOf("$", 1);
  if (end <= 1 || end >= to || SPACE.test(text[end - 1] ?? " ")) {
    return undefined;
  }
  if (DIGIT.test(text[end + 1] ?? "") || text.slice(0, end).includes("\n\n")) {
    return undefined;
  }
  return { source: text.slice(1, end), display: false, end: end + 1 };
}
