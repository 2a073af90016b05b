/** Draws formulas, once there are some: KaTeX is loaded then. */

let loaded: typeof import("katex").default | undefined;

/** Draws the formulas in an element. It builds nodes, not HTML, so that no inline style is parsed. */
export function drawMath(element: Element): void {
  const formulas = element.querySelectorAll<HTMLElement>("span.math:not([data-drawn])");
  if (formulas.length === 0) {
    return;
  }
  if (loaded === undefined) {
    void import("katex").then(
      (module) => {
        loaded = module.default;
        drawMath(element);
      },
      () => {
        // The source of the formulas stays, which can be read.
      },
    );
    return;
  }
  for (const formula of formulas) {
    const source = formula.textContent ?? "";
    formula.dataset.drawn = "true";
    try {
      loaded.render(source, formula, {
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
