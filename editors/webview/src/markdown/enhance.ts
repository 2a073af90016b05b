/** What is added to Markdown once it is in the page: buttons of code blocks, formulas, diagrams. */
import { drawMath } from "./katex";
import { diagram } from "./mermaid";

/** What the buttons do. */
export interface CodeActions {
  copy(text: string): void;
  insert(text: string): void;
}

/** Adds to a block of Markdown. `whole` says that it will not change any more. */
export function enhance(element: Element, actions: CodeActions, whole: boolean): void {
  for (const pre of element.querySelectorAll("pre")) {
    frame(pre, actions);
    if (whole && pre.dataset.language === "mermaid") {
      drawDiagram(pre);
    }
  }
  for (const table of element.querySelectorAll("table")) {
    const scroller = document.createElement("div");
    scroller.className = "table";
    table.replaceWith(scroller);
    scroller.append(table);
  }
  drawMath(element);
}

function frame(pre: HTMLPreElement, actions: CodeActions): void {
  const text = pre.textContent ?? "";
  const figure = document.createElement("figure");
  figure.className = "code";
  const bar = document.createElement("figcaption");
  const name = document.createElement("span");
  name.textContent = pre.dataset.language || "text";
  const copy = button("Copy", "Copy the code", () => {
    actions.copy(text);
    copy.textContent = "Copied";
    setTimeout(() => {
      copy.textContent = "Copy";
    }, 1500);
  });
  bar.append(
    name,
    copy,
    button("Insert", "Insert the code at the cursor of the editor", () => actions.insert(text)),
  );
  pre.tabIndex = 0;
  pre.replaceWith(figure);
  figure.append(bar, pre);
}

function button(text: string, label: string, act: () => void): HTMLButtonElement {
  const element = document.createElement("button");
  element.type = "button";
  element.className = "code-action";
  element.textContent = text;
  element.title = label;
  element.setAttribute("aria-label", label);
  element.addEventListener("click", act);
  return element;
}

function drawDiagram(pre: HTMLPreElement): void {
  const source = pre.textContent ?? "";
  diagram(source).then(
    (url) => {
      const picture = document.createElement("img");
      picture.className = "diagram";
      picture.src = url;
      picture.alt = `Diagram: ${source.split("\n")[0] ?? ""}`;
      const details = document.createElement("details");
      const summary = document.createElement("summary");
      summary.textContent = "Source of the diagram";
      const figure = pre.parentElement;
      figure?.before(picture);
      if (figure !== null && figure !== undefined) {
        figure.replaceWith(details);
        details.append(summary, figure);
      }
    },
    () => {
      // What cannot be drawn stays as its source.
    },
  );
}
