/** Draws formulas, once there are some: KaTeX is loaded then. */

/** Characters of a formula that is drawn; a longer one stays its source. */
const MAX_SOURCE = 5000;

let loaded: typeof import("katex").default | undefined;

/** Draws the formulas in an element. It builds nodes, not HTML, so that no inline style is parsed. */
export function drawMath(element: Element): void {
  // The element may be emptied before KaTeX is there; the formulas are what counts.
  const formulas = [...element.querySelectorAll<HTMLElement>("span.math")];
  if (formulas.length === 0) {
    return;
  }
  if (loaded !== undefined) {
    draw(loaded, formulas);
    return;
  }
  import("katex").then(
    (module) => {
      loaded = module.default;
      draw(loaded, formulas);
    },
    () => {
      // The source of the formulas stays, which can be read.
    },
  );
}

function draw(katex: typeof import("katex").default, formulas: readonly HTMLElement[]): void {
  for (const formula of formulas) {
    const source = formula.textContent ?? "";
    if (source.length > MAX_SOURCE) {
      continue;
    }
    try {
      katex.render(source, formula, {
        displayMode: formula.dataset.display === "true",
        throwOnError: true,
        trust: false,
        strict: "ignore",
        maxSize: 20,
        maxExpand: 500,
      });
    } catch {
      formula.textContent = source;
    }
  }
}
