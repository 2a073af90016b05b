/** What the user was writing, kept over a restart of the editor. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Memento } from "vscode";
import { Drafts } from "../src/chat/drafts";
import type { Draft } from "../src/port";

class Memory implements Memento {
  kept: Record<string, unknown> = {};
  keys(): readonly string[] {
    return Object.keys(this.kept);
  }
  get(key: string): undefined {
    return this.kept[key] as undefined;
  }
  async update(key: string, value: unknown): Promise<void> {
    this.kept[key] = JSON.parse(JSON.stringify(value));
  }
}

const text = (words: string): Draft => ({ text: words, attachments: [] });

test("drafts come back, each to its session", () => {
  const memory = new Memory();
  const drafts = new Drafts(memory);
  drafts.save("", text("for a new one"));
  drafts.save("s", text("first"));
  drafts.save("s", text("second"));
  const expected = { "": text("for a new one"), s: text("second") };
  assert.deepEqual(drafts.all(), expected);
  assert.deepEqual(new Drafts(memory).all(), expected);
});

test("an empty draft is forgotten", () => {
  const memory = new Memory();
  const drafts = new Drafts(memory);
  drafts.save("s", text("words"));
  drafts.save("s", text(""));
  assert.deepEqual(drafts.all(), {});
  assert.deepEqual(new Drafts(memory).all(), {});
});

test("the drafts changed last stay, when there are many", () => {
  const memory = new Memory();
  const drafts = new Drafts(memory);
  for (let count = 0; count < 60; count++) {
    drafts.save(`s${count}`, text("words"));
    drafts.save("s0", text("still"));
  }
  const kept = new Drafts(memory).all();
  assert.equal(Object.keys(kept).length, 50);
  assert.deepEqual(kept.s0, text("still"));
  assert.equal(kept.s1, undefined);
  assert.ok(kept.s59);
});

test("a large picture is not kept over a restart, its words are", () => {
  const memory = new Memory();
  const drafts = new Drafts(memory);
  const image = (data: string) => ({
    label: "p",
    block: { type: "image" as const, mimeType: "image/png", data },
  });
  const draft = { text: "look", attachments: [image("AA=="), image("A".repeat(100_000))] };
  drafts.save("s", draft);
  assert.deepEqual(drafts.all(), { s: draft });
  assert.deepEqual(new Drafts(memory).all(), {
    s: { text: "look", attachments: [image("AA==")] },
  });
});

test("what was kept and is no draft is passed over", () => {
  for (const kept of [null, 7, "x", { s: 1, t: { text: 3 }, u: { text: "a" } }]) {
    const memory = new Memory();
    memory.kept = { drafts: kept };
    assert.deepEqual(new Drafts(memory).all(), {});
  }
});
