/** Markdown by blocks while it streams, and formulas. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Blocks, blocksOf, NO_BLOCKS } from "../src/markdown/blocks";
import { inlineAt, MAX_FORMULA } from "../src/markdown/math";
import { md } from "../src/markdown/parser";

const TEXT = `# Title

A paragraph
of two lines.

- one
- two

  still two

1. first

2. second

\`\`\`rust
fn main() {

}
\`\`\`

> quote

| a | b |
|---|---|
| 1 | 2 |

$$
x^2

y
$$

---

end`;

test("blocks that came piece by piece are the blocks of the whole", () => {
  for (const size of [1, 2, 3, 7, 50]) {
    let blocks: Blocks = NO_BLOCKS;
    for (let end = 0; end < TEXT.length; end += size) {
      blocks = blocksOf(TEXT.slice(0, end), blocks);
      assert.equal(blocks.sources.join(""), blocks.text);
    }
    blocks = blocksOf(TEXT, blocks);
    assert.deepEqual(blocks.sources, blocksOf(TEXT).sources, `pieces of ${size}`);
  }
});

test("blocks drawn one by one look like the whole", () => {
  const whole = md.render(TEXT);
  const parts = blocksOf(TEXT)
    .sources.map((source) => md.render(source))
    .join("");
  assert.equal(parts, whole);
});

test("what is before the end stays the same while text comes", () => {
  const before = blocksOf("one\n\ntwo\n\nthree\n\nfour");
  const after = blocksOf("one\n\ntwo\n\nthree\n\nfour and more", before);
  assert.equal(after.sources.length, 4);
  assert.deepEqual(after.sources.slice(0, 3), before.sources.slice(0, 3));
});

test("another text is split anew", () => {
  const before = blocksOf("one\n\ntwo\n\nthree");
  assert.deepEqual(blocksOf("else", before).sources, ["else"]);
  assert.deepEqual(blocksOf("", before).sources, []);
});

function checkMath(text: string, expected: string | undefined): void {
  assert.equal(inlineAt(text, 0, text.length)?.source, expected, text);
}

test("formulas are told from prices", () => {
  checkMath("$x^2$", "x^2");
  checkMath("$$x$$", "x");
  checkMath("\\(a+b\\)", "a+b");
  checkMath("\\[a\\]", "a");
  checkMath("$5 and $6", undefined);
  checkMath("$ x $", undefined);
  checkMath("$5$6", undefined);
  checkMath("$", undefined);
  checkMath("$$", undefined);
  checkMath("$$$$", undefined);
  checkMath("\\(open", undefined);
  for (const [open, close] of [
    ["$", "$"],
    ["$$", "$$"],
    ["\\(", "\\)"],
  ] as const) {
    checkMath(`${open}${"x".repeat(MAX_FORMULA)}${close}`, undefined);
  }
  assert.match(md.render(`$$\n${"x\n\n".repeat(40)}$$`), /class="math"/);
  assert.doesNotMatch(md.render(`$$\n${"x\n\n".repeat(60)}$$`), /class="math"/);
});

test("code is coloured by its language, and escaped in all others", () => {
  assert.match(md.render("```rust\nfn main() {}\n```"), /hljs-keyword/);
  assert.doesNotMatch(md.render(`\`\`\`java\n${"1_".repeat(400)}\n\`\`\``), /hljs/, "a long line");
  assert.match(md.render("```nonsense\n<b>\n```"), /&lt;b&gt;/);
});
