/** Hostile Markdown: nothing of it acts, loads or reaches beyond its block. */
import "./dom";
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ChatRequestPermissionParams } from "../../../protocol/ts/aside";
import { md } from "../src/markdown/parser";
import { sanitized } from "../src/markdown/sanitize";
import { askedFor } from "../src/prompts/words";
import { targetOf } from "../src/ui/links";
import { visible } from "../src/ui/visible";
import { edit, tool } from "./data";

const MARKDOWN = [
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "<svg/onload=alert(1)>",
  "[x](javascript:alert(1))",
  "[x](JaVaScRiPt:alert(1))",
  "[x](\u0001javascript:alert(1))",
  "[x](java\tscript:alert(1))",
  "[x](javascript&colon;alert(1))",
  "[x](&#106;avascript:alert(1))",
  "[x](vbscript:msgbox(1))",
  "[x](data:text/html,<script>alert(1)</script>)",
  "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
  "[x](blob:https://example.org/1)",
  "[x](command:workbench.action.quit)",
  "[x](vscode://extension/run)",
  "<javascript:alert(1)>",
  "![x](javascript:alert(1))",
  "![x](https://example.org/track.png?secret)",
  '![x](https://example.org/x.png "onerror=alert(1)")',
  "![x][r]\n\n[r]: https://example.org/x.png",
  "<style>* { display: none }</style>",
  '<p style="position:fixed;inset:0">x</p>',
  "<form action=https://example.org><input name=password><button>Send</button></form>",
  "<iframe src=https://example.org></iframe>",
  '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  "<object data=x></object><embed src=x>",
  "<base href=https://example.org>",
  "<meta http-equiv=refresh content=0>",
  "<link rel=stylesheet href=https://example.org/x.css>",
  "<math><mtext></mtext><mglyph><style><img src=x onerror=alert(1)></style></mglyph></math>",
  '```"><script>alert(1)</script>\ncode\n```',
  "```html\n<script>alert(1)</script>\n```",
  '```rust" onmouseover="alert(1)\nfn main() {}\n```',
  "`<script>alert(1)</script>`",
  "$<img src=x onerror=alert(1)>$",
  "$$\\href{javascript:alert(1)}{x}$$",
  '[x](https://example.org "\\" onmouseover=\\"alert(1)")',
  "| <script> | b |\n|---|---|\n| <img src=x onerror=alert(1)> | x |",
];

/** HTML that no Markdown should become, and that must not get through all the same. */
const HTML = [
  "<a href='javascript:alert(1)'>x</a>",
  "<a href='x' onclick='alert(1)' style='color:red' target=_top id=aside name=x>x</a>",
  "<img src=x onerror=alert(1)>",
  "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
  "<form><input><button formaction='javascript:alert(1)'>x</button></form>",
  "<div is=x><template><script>alert(1)</script></template></div>",
  "<style>@import 'https://example.org'</style><p>x</p>",
  "<details open ontoggle=alert(1)>x</details>",
];

const TAGS = new Set(
  "A BLOCKQUOTE BR CODE DEL EM H1 H2 H3 H4 H5 H6 HR LI OL P PRE S SPAN STRONG TABLE TBODY TD TH THEAD TR UL".split(
    " ",
  ),
);
const ATTRIBUTES = new Set(["class", "href", "start", "title", "data-display", "data-language"]);

function check(html: string): void {
  const box = document.createElement("div");
  box.append(sanitized(html));
  for (const element of box.querySelectorAll("*")) {
    assert.ok(TAGS.has(element.tagName), `${element.tagName} of ${html}`);
    for (const { name, value } of element.attributes) {
      assert.ok(ATTRIBUTES.has(name), `${name} of ${html}`);
      if (name === "href") {
        assert.doesNotMatch(value, /^\W*(javascript|vbscript|data|blob|command|vscode):/i, html);
      }
    }
  }
}

for (const source of MARKDOWN) {
  test(`nothing acts: ${source.slice(0, 60).replaceAll("\n", " ")}`, () =>
    check(md.render(source)));
}

for (const source of HTML) {
  test(`nothing gets through: ${source.slice(0, 60)}`, () => check(source));
}

test("pictures of the web are links", () => {
  const box = document.createElement("div");
  box.append(sanitized(md.render("![A chart](https://example.org/x.png)")));
  assert.equal(box.querySelector("img"), null);
  assert.equal(box.querySelector("a")?.getAttribute("href"), "https://example.org/x.png");
  assert.equal(box.textContent?.trim(), "A chart");
});

test("what is good gets through", () => {
  const box = document.createElement("div");
  const source =
    "# A\n\n[b](https://example.org) [f](src/a.rs:3) [g](a.rs:4) `c` **d**\n\n3. e\n\n|f|\n|-|\n|g|\n";
  box.append(sanitized(md.render(source)));
  assert.equal(box.querySelector("h1")?.textContent, "A");
  assert.deepEqual(
    [...box.querySelectorAll("a")].map((link) => link.getAttribute("href")),
    ["https://example.org", "src/a.rs:3", "a.rs:4"],
  );
  assert.equal(box.querySelector("ol")?.getAttribute("start"), "3");
  assert.equal(box.querySelector("td")?.textContent, "g");
});

function checkTarget(href: string, expected: string): void {
  const target = targetOf(href, "file:///project");
  const shown =
    target.kind === "file"
      ? `${target.uri} ${target.line ?? "-"}`
      : target.kind === "external"
        ? target.url
        : "nothing";
  assert.equal(shown, expected);
}

test("links lead to the browser, to a file, or nowhere", () => {
  checkTarget("https://example.org/a", "https://example.org/a");
  checkTarget("mailto:a@example.org", "mailto:a@example.org");
  checkTarget("src/main.rs", "file:///project/src/main.rs -");
  checkTarget("./src/main.rs#L4-L9", "file:///project/src/main.rs 4");
  checkTarget("main.rs:10", "file:///project/main.rs 10");
  checkTarget("/project/a.rs:2:7", "file:///project/a.rs 2");
  checkTarget("file:///project/a.rs", "file:///project/a.rs -");
  for (const bad of [
    "javascript:alert(1)",
    "command:workbench.action.quit",
    "vscode://x/y",
    "data:text/html,x",
    "//example.org/x",
    "#top",
    "",
  ]) {
    checkTarget(bad, "nothing");
  }
});

test("letters that hide others are seen", () => {
  const pairs: [string, string][] = [
    ["ls -l\n\trm", "ls -l\n\trm"],
    ["Grüße, 你好 👋", "Grüße, 你好 👋"],
    ["a\u202eb\u2066c", "a<U+202E>b<U+2066>c"],
    ["a\u0000\u001b[2K\r\u009b", "a<U+0000><U+001B>[2K<U+000D><U+009B>"],
    ["a\u200bb\ufeff\u{e0041}\u3164", "a<U+200B>b<U+FEFF><U+E0041><U+3164>"],
  ];
  for (const [text, expected] of pairs) {
    assert.equal(visible(text), expected);
  }
});

function checkAsked(
  more: Parameters<typeof tool>[1],
  expected: string,
  preview?: ChatRequestPermissionParams["preview"],
): void {
  const {
    title,
    command,
    arguments: values,
  } = askedFor({
    requestId: "r",
    sessionId: "s",
    turnId: "t",
    item: tool("a", more),
    reason: "",
    effects: [],
    options: [],
    ...(preview === undefined ? {} : { preview }),
  });
  const shown = values.map(({ name, value }) => `${name}=${value}`);
  assert.equal([title, command ?? "-", ...shown].join(" | "), expected);
}

test("a call cannot be taken for another", () => {
  const command = "ls \u202e";
  checkAsked(
    { arguments: { command, background: true } },
    "Run this command? | ls <U+202E> | background=true",
  );
  checkAsked(
    { source: { type: "mcp", server: "shop" }, title: "buy of shop", arguments: { command, n: 9 } },
    "buy of shop? | - | command=ls <U+202E> | n=9",
  );
  checkAsked(
    { name: "deploy", title: "Run deploy", arguments: { command } },
    "Run deploy? | - | command=ls <U+202E>",
  );
  checkAsked(
    { kind: "edit", title: "Edit a.txt", arguments: { command } },
    "Edit a.txt? | - | command=ls <U+202E>",
  );
  checkAsked(
    { kind: "edit", title: "Edit a.txt", arguments: { path: "a.txt" } },
    "Edit a.txt? | -",
    [edit("e")],
  );
});
