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
md.renderer.rules.fence = (tokens, index) => {
  const token = tokens[index];
  const language = (token?.info ?? "").trim().split(/\s+/)[0] ?? "";
  return codeBlock(token?.content ?? "", language);
};
md.renderer.rules.code_block = (tokens, index) => codeBlock(tokens[index]?.content ?? "", "");

function codeBlock(code: string, language: string): string {
  const { escapeHtml } = md.utils;
  const text = code.replace(/\n$/, "");
  return `<pre data-language="${escapeHtml(language)}"><code>${highlight(text, language)}</code></pre>`;
}
