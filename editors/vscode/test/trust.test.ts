/** What a folder brings along: seen whole before it can be trusted, and nothing looks like another. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { summary, whole } from "../src/actions/entries";
import type { TrustState } from "../src/protocol";

function state(values: string[]): TrustState {
  const entries = values.map((value, index) => ({ name: `hooks.${index}`, value }));
  return { workspace: "/project", status: "untrusted", files: [".aside/config.toml"], entries };
}

function check(values: string[], isWhole: boolean): void {
  assert.equal(summary(state(values)).isWhole, isWhole, values.join().slice(0, 40));
}

test("a question that leaves something out says so", () => {
  check(["make"], true);
  check([`make ${"x".repeat(200)}; rm -rf ~`], false);
  check(Array(12).fill("make"), true);
  check(Array(13).fill("make"), false);
});

test("an entry stays on its line, and hides nothing", () => {
  const said = state(["make\nWarnings: none", "a\u202eb", "c\r\u2028d"]);
  for (const text of [summary(said).text, whole(said)]) {
    assert.ok(text.includes("hooks.0: make ⏎ Warnings: none"), text);
    assert.ok(text.includes("hooks.1: a<U+202E>b"), text);
    assert.ok(text.includes("hooks.2: c d"), text);
  }
});
