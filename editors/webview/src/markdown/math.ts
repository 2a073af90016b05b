/**
 * Formulas in Markdown: `$x$`, `$$x$$`, `\(x\)` and `\[x\]`. They become elements that hold the
 * source; `katex.ts` draws them when they are in the page.
 */
import type { MarkdownIt } from "markdown-it";

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
      let line = startLine + 1;
      while (line < endLine && lineAt(state, line).trim() !== close) {
        line += 1;
      }
      if (line >= endLine) {
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

/** The formula that begins here, if one does. */
export function inlineAt(
  text: string,
  from: number,
  to: number,
): { source: string; display: boolean; end: number } | undefined {
  const first = text.charCodeAt(from);
  if (first === BACKSLASH) {
    const open = text[from + 1];
    if (open !== "(" && open !== "[") {
      return undefined;
    }
    const end = text.indexOf(open === "(" ? "\\)" : "\\]", from + 2);
    return end < 0 || end + 2 > to
      ? undefined
      : { source: text.slice(from + 2, end), display: open === "[", end: end + 2 };
  }
  if (first !== DOLLAR) {
    return undefined;
  }
  if (text.charCodeAt(from + 1) === DOLLAR) {
    const end = text.indexOf("$$", from + 2);
    return end <= from + 2 || end + 2 > to
      ? undefined
      : { source: text.slice(from + 2, end), display: true, end: end + 2 };
  }
  // Prices are not formulas: what is next to the dollars must not be a space, and no digit follows.
  if (SPACE.test(text[from + 1] ?? " ")) {
    return undefined;
  }
  const end = text.indexOf("$", from + 1);
  if (end <= from + 1 || end >= to || SPACE.test(text[end - 1] ?? " ")) {
    return undefined;
  }
  if (DIGIT.test(text[end + 1] ?? "") || text.slice(from, end).includes("\n\n")) {
    return undefined;
  }
  return { source: text.slice(from + 1, end), display: false, end: end + 1 };
}
