/**
 * Draws diagrams, once there are some: Mermaid is loaded then. A diagram is shown as a picture, so
 * that nothing in it can act: no script, no link, no style that reaches the page.
 */
import { signal } from "@preact/signals";

type Mermaid = typeof import("mermaid").default;

/** Characters of a diagram that is drawn; a longer one stays code. */
const MAX_SOURCE = 20_000;
/** Diagrams that are kept drawn. */
const MAX_KEPT = 50;

/** Rises when the theme changes and diagrams are to be drawn again. */
export const themeChanged = signal(0);

const kept = new Map<string, string>();
let loading: Promise<Mermaid> | undefined;
let counter = 0;
let last: Promise<unknown> = Promise.resolve();

/** The address of the picture of a diagram. Fails with Mermaid's words where it has none. */
export async function diagram(source: string): Promise<string> {
  const key = `${isDark()}:${source}`;
  const known = kept.get(key);
  if (known !== undefined) {
    return known;
  }
  if (source.length > MAX_SOURCE) {
    throw new Error("This diagram is too long to be drawn.");
  }
  // Mermaid draws one at a time.
  const drawn = last.then(() => draw(source));
  last = drawn.catch(() => undefined);
  const url = await drawn;
  if (kept.size >= MAX_KEPT) {
    kept.clear();
  }
  kept.set(key, url);
  return url;
}

async function draw(source: string): Promise<string> {
  loading ??= import("mermaid").then((module) => module.default);
  const mermaid = await loading;
  mermaid.initialize({
    startOnLoad: false,
    securityLevel: "strict",
    theme: isDark() ? "dark" : "default",
    htmlLabels: false,
    flowchart: { htmlLabels: false },
    maxTextSize: MAX_SOURCE,
    fontFamily: "sans-serif",
    suppressErrorRendering: true,
    // What a diagram says of itself must not change what protects the page.
    secure: ["secure", "securityLevel", "startOnLoad", "maxTextSize", "htmlLabels", "fontFamily"],
  });
  counter += 1;
  const { svg } = await mermaid.render(`aside-diagram-${counter}`, source);
  return `data:image/svg+xml;charset=utf-8,${encodeURIComponent(sized(svg))}`;
}

/** A picture needs a size of its own; Mermaid leaves it to the page. */
function sized(svg: string): string {
  const box = /viewBox="[-\d.e]+ [-\d.e]+ ([\d.e]+) ([\d.e]+)"/.exec(svg);
  if (box?.[1] === undefined || box[2] === undefined) {
    return svg;
  }
  const size = `width="${Math.ceil(Number(box[1]))}" height="${Math.ceil(Number(box[2]))}"`;
  return svg.replace(/<svg\b[^>]*>/, (tag) =>
    tag.replace(/\s(width|height)="[^"]*"/g, "").replace("<svg", `<svg ${size}`),
  );
}

/** Whether the page is dark, by what it is painted with. */
export function isDark(): boolean {
  const colour = getComputedStyle(document.body).backgroundColor;
  const parts = /(\d+),\s*(\d+),\s*(\d+)/.exec(colour);
  if (parts === null) {
    return matchMedia("(prefers-color-scheme: dark)").matches;
  }
  const [red, green, blue] = parts.slice(1).map(Number);
  return 0.3 * (red ?? 0) + 0.59 * (green ?? 0) + 0.11 * (blue ?? 0) < 128;
}
