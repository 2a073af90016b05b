/** The editor's objects in LSP's shapes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { diagnostic, type EditorSymbol, location, symbol } from "../src/server/shapes";
import { lines } from "./fixtures";

const uri = { toString: () => "file:///project/a.rs" };

test("severities count from 1", () => {
  const range = lines(1, 2);
  assert.deepEqual(diagnostic({ range, message: "m", severity: 0 }), {
    range,
    message: "m",
    severity: 1,
  });
  const code = { value: "E0308", target: uri };
  assert.deepEqual(diagnostic({ range, message: "m", severity: 3, source: "rustc", code }), {
    range,
    message: "m",
    severity: 4,
    source: "rustc",
    code: "E0308",
  });
});

test("a link is its target", () => {
  const range = lines(3, 4);
  const expected = { uri: "file:///project/a.rs", range };
  assert.deepEqual(location({ uri, range }), expected);
  const link = { targetUri: uri, targetRange: lines(1, 9), targetSelectionRange: range };
  assert.deepEqual(location(link), expected);
  assert.deepEqual(location({ targetUri: uri, targetRange: range }), expected);
});

test("symbols keep their tree, to a depth", () => {
  const range = lines(0, 1);
  const leaf = { name: "f", detail: "", kind: 11, range, selectionRange: range, children: [] };
  const parent: EditorSymbol = { ...leaf, name: "m", detail: "mod", kind: 1, children: [leaf] };
  assert.deepEqual(symbol(parent), {
    name: "m",
    detail: "mod",
    kind: 2,
    range,
    selectionRange: range,
    children: [{ name: "f", kind: 12, range, selectionRange: range, children: [] }],
  });
  const flat = { name: "f", kind: 11, containerName: "m", location: { uri, range } };
  assert.deepEqual(symbol(flat), {
    name: "f",
    kind: 12,
    containerName: "m",
    location: { uri: "file:///project/a.rs", range },
  });
  let deep: EditorSymbol = leaf;
  for (let level = 0; level < 100; level++) {
    deep = { ...leaf, children: [deep] };
  }
  assert.ok(JSON.stringify(symbol(deep)).length < 20_000);
});
