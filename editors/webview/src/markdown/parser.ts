/** How Markdown of models is read: no HTML, no pictures from the web, formulas, highlighted code. */
import MarkdownIt from "markdown-it";
import { highlight } from "./highlight";
import { math } from "./math";

export const md = new MarkdownIt({ html: false, linkify: false, typographer: false });

md.use(math);

/** Addresses that a link may have; all others are shown as text. */
const SAFE_LINK = /^(https?:|mailto:|file:|#|[^:]*$|[^:/?#]*[/?#]|[\w-]+\.[\w.-]+:\d+(?::\d+)?$)/i;

md.validateLink = (url) => {
  const plain = url.trim();
  return SAFE_LINK.test(plain) && !/^\s*(javascript|vbscript|data|blob):/i.test(plain);
};

// A picture is not loaded: an address can carry away what the model saw. It is a link instead.
md.renderer.rules.image = (tokens, index) => {
  const token = tokens[index];
  const src = String(token?.attrGet("src") ?? "");
  const label = token?.content === undefined || token.content === "" ? src : token.content;
  const { escapeHtml } = md.utils;
  return `<a class="image-link" href="${escapeHtml(src)}">${escapeHtml(label)}</a>`;
};

// The frame of a code block gets its buttons when it is put into the page.
md.renderer.rules.fence = (tokens, index, _options, env) => {
  const token = tokens[index];
  const language = (token?.info ?? "").trim().split(/\s+/)[0] ?? "";
  return codeBlock(token?.content ?? "", language, isGrowing(env));
};
md.renderer.rules.code_block = (tokens, index) => codeBlock(tokens[index]?.content ?? "", "", true);

/** Characters of a block that is coloured while it grows; a longer one is when it is whole. */
const MAX_GROWING = 4000;

/** Reads a block of Markdown as HTML. It may be one that still grows. */
export function render(source: string, whole: boolean): string {
  return md.render(source, { growing: !whole && source.length > MAX_GROWING });
}

function isGrowing(env: unknown): boolean {
  return typeof env === "object" && env !== null && "growing" in env && env.growing === true;
}

function codeBlock(code: string, language: string, plain: boolean): string {
  const { escapeHtml } = md.utils;
  const text = code.replace(/\n$/, "");
  return `<pre data-language="${escapeHtml(language)}"><code>${highlight(text, plain ? "" : language)}</code></pre>`;
}
