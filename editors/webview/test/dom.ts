/** A document for the tests, in the place of a browser's. Must be imported before what needs one. */
import { JSDOM } from "jsdom";

const { window } = new JSDOM("<!doctype html><body></body>", {
  url: "https://view.invalid/",
  // Else the page is hidden, and drawn rarely.
  pretendToBeVisual: true,
});

Object.assign(globalThis, {
  window,
  document: window.document,
  Element: window.Element,
  Node: window.Node,
  HTMLElement: window.HTMLElement,
  HTMLTextAreaElement: window.HTMLTextAreaElement,
  HTMLInputElement: window.HTMLInputElement,
  // Frames come as fast as they are asked for.
  requestAnimationFrame: (draw: () => void) => setTimeout(draw, 0),
  cancelAnimationFrame: (frame: ReturnType<typeof setTimeout>) => clearTimeout(frame),
  addEventListener: window.addEventListener.bind(window),
});
