/** The last door before the page: whatever made the HTML, only this gets through. */
import DOMPurify from "dompurify";

const TAGS = [
  "a",
  "blockquote",
  "br",
  "code",
  "del",
  "em",
  "h1",
  "h2",
  "h3",
  "h4",
  "h5",
  "h6",
  "hr",
  "li",
  "ol",
  "p",
  "pre",
  "s",
  "span",
  "strong",
  "table",
  "tbody",
  "td",
  "th",
  "thead",
  "tr",
  "ul",
];

const ATTRIBUTES = ["class", "href", "start", "title", "data-display", "data-language"];

/** A fragment that holds text, links and structure, and nothing that acts or loads. */
export function sanitized(html: string): DocumentFragment {
  return DOMPurify.sanitize(html, {
    ALLOWED_TAGS: TAGS,
    ALLOWED_ATTR: ATTRIBUTES,
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    // Places on the web, files, and what has no scheme; `main.rs:10` is a file and a line.
    ALLOWED_URI_REGEXP:
      /^(?:https?:|mailto:|file:|#|[^a-z]|[a-z+.-]+(?:[^a-z+.\-:]|$)|[\w-]+\.[\w.-]+:\d+(?::\d+)?$)/i,
    RETURN_DOM_FRAGMENT: true,
  });
}
