/** A document for the tests, in the place of a browser's. Must be imported before what needs one. */
import { JSDOM } from "jsdom";

const { window } = new JSDOM("<!doctype html><body></body>", { url: "https://view.invalid/" });

Object.assign(globalThis, {
  window,
  document: window.document,
  Element: window.Element,
  Node: window.Node,
  addEventListener: window.addEventListener.bind(window),
});
