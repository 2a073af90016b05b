/** What the composer makes of what is typed, pasted and filled in. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { base64, MAX_PICTURE, MAX_TEXT, take, urisOf } from "../src/composer/attach";
import { Completer } from "../src/composer/Completion";
import { completed, fitting, queryAt, stillAsked } from "../src/composer/complete";
import { describe } from "../src/prompts/effects";
import { fieldsOf, read, type Value } from "../src/prompts/form";
import { count, duration, lines, place, plainOutput } from "../src/ui/format";

function checkQuery(text: string, expected: string | undefined): void {
  const cursor = text.indexOf("|");
  const found = queryAt(text.replace("|", ""), cursor);
  assert.equal(found && `${found.trigger}${found.query} ${found.start}`, expected, text);
}

test("completion begins behind @, and behind / at the beginning", () => {
  checkQuery("@|", "@ 0");
  checkQuery("look at @src/ma| please", "@src/ma 8");
  checkQuery("/rev|", "/rev 0");
  checkQuery("  /rev|", "/rev 2");
  checkQuery("see /usr|", undefined);
  checkQuery("a@b|", undefined);
  checkQuery("@a b|", undefined);
  checkQuery("|", undefined);
});

test("a candidate takes the place of what was asked", () => {
  const query = queryAt("see @ma now", 7);
  assert.ok(query);
  const candidate = { label: "main.rs", detail: "", insert: "@src/main.rs" };
  assert.deepEqual(completed("see @ma now", query, candidate), {
    text: "see @src/main.rs now",
    cursor: 16,
  });
  const end = queryAt("@ma", 3);
  assert.ok(end);
  assert.deepEqual(completed("@ma", end, candidate), { text: "@src/main.rs ", cursor: 13 });
});

test("what is typed while a list is open belongs to what is completed", () => {
  const asked = queryAt("see @ma", 7);
  assert.ok(asked);
  assert.equal(stillAsked(asked, "see @main", 9)?.end, 9);
  assert.equal(stillAsked(asked, "see @main now", 13), undefined);
  assert.equal(stillAsked(asked, "@see @ma", 2), undefined);
  assert.equal(stillAsked(asked, "", 0), undefined);
});

const candidate = (name: string) => ({ label: name, detail: "", insert: `@${name}` });

test("until the answer comes, what does not fit any more is not offered", () => {
  const all = ["poem.txt", "notes/Plan.txt", "apple"].map(candidate);
  const names = (query: string) => fitting(all, query).map(({ label }) => label);
  assert.deepEqual(names(""), ["poem.txt", "notes/Plan.txt", "apple"]);
  assert.deepEqual(names("pl"), ["notes/Plan.txt", "apple"]);
  assert.deepEqual(names("pla"), ["notes/Plan.txt"]);
  assert.deepEqual(names("plz"), []);
});

test("a list never offers what the text has left, and keeps what was gone to", async () => {
  const answers: ((names: string[]) => void)[] = [];
  const completer = new Completer({
    can: () => true,
    sessionId: { value: undefined },
    rpc: {
      request: () =>
        new Promise((resolve) => {
          answers.push((names) => resolve({ candidates: names.map(candidate) }));
        }),
    },
  } as unknown as ConstructorParameters<typeof Completer>[0]);
  const offered = () => completer.offer.value?.candidates.map(({ label }) => label);
  const chosen = () => offered()?.[completer.offer.value?.at ?? 0];
  const asked = async (count: number) => {
    while (answers.length < count) await new Promise((done) => setTimeout(done, 5));
  };
  completer.changed("see @", 5);
  await asked(1);
  answers[0]?.(["poem.txt", "plan.txt", "play.txt"]);
  await new Promise((done) => setTimeout(done));
  assert.equal(chosen(), "poem.txt");
  completer.changed("see @pl", 7);
  assert.deepEqual(offered(), ["plan.txt", "play.txt"]);
  completer.move(1);
  await asked(2);
  answers[1]?.(["plan.md", "plan.txt", "play.txt"]);
  await new Promise((done) => setTimeout(done));
  assert.equal(offered()?.length, 3);
  assert.equal(chosen(), "play.txt");
  completer.changed("see @pl and @", 13);
  assert.equal(offered(), undefined, "another place is another question");
  completer.close();
});

test("pictures and text are attached, and the rest is refused in a sentence", async () => {
  const big = new Uint8Array(MAX_PICTURE + 1);
  const { attachments, refused } = await take([
    new File([new Uint8Array([1, 2, 3])], "a.png", { type: "image/png" }),
    new File(["one\n```\ntwo"], "b.txt", { type: "text/plain" }),
    new File([big], "big.png", { type: "image/png" }),
    new File([new Uint8Array([0, 1])], "c.bin"),
    new File(["x".repeat(MAX_TEXT + 1)], "long.txt"),
  ]);
  assert.deepEqual(attachments, [
    { label: "a.png", block: { type: "image", mimeType: "image/png", data: "AQID" } },
    { label: "b.txt", block: { type: "text", text: "b.txt:\n\n````\none\n```\ntwo\n````" } },
  ]);
  assert.equal(refused.length, 3);
});

test("base64 of many bytes", () => {
  const data = new Uint8Array(100_000).map((_, index) => index % 256);
  assert.equal(base64(data), Buffer.from(data).toString("base64"));
});

test("what is dragged from an editor are addresses of files", () => {
  const data = (values: Record<string, string>) => ({
    getData: (type: string) => values[type] ?? "",
  });
  assert.deepEqual(urisOf(data({ "text/uri-list": "# c\r\nfile:///a\r\nfile:///b\r\n" })), [
    "file:///a",
    "file:///b",
  ]);
  assert.deepEqual(urisOf(data({ "text/uri-list": "https://example.org" })), []);
  assert.deepEqual(urisOf(data({})), []);
});

const SCHEMA = {
  type: "object",
  required: ["name", "age"],
  properties: {
    name: { type: "string", title: "Name", minLength: 2 },
    age: { type: "integer", minimum: 0, maximum: 150 },
    colour: { type: "string", enum: ["r", "g"], enumNames: ["Red", "Green"] },
    size: { oneOf: [{ const: "s", title: "Small" }] },
    sure: { type: "boolean", default: true },
    tags: { type: "array", items: { type: "string", enum: ["a", "b"] } },
  },
};

function checkForm(values: Record<string, Value>, expected: unknown): void {
  assert.deepEqual(read(fieldsOf(SCHEMA), values), expected);
}

test("a field may be called as what every object has", () => {
  const schema = { properties: { constructor: { type: "string" }, toString: { type: "number" } } };
  assert.deepEqual(read(fieldsOf(schema), {}), { content: {} });
  assert.deepEqual(read(fieldsOf(schema), { toString: "3" }), { content: { toString: 3 } });
});

test("a form is filled in as its schema says", () => {
  checkForm(
    { name: "Ada", age: "36", colour: "g", tags: ["b"] },
    { content: { name: "Ada", age: 36, colour: "g", sure: true, tags: ["b"] } },
  );
  checkForm({}, { wrong: { name: "This is needed.", age: "This is needed." } });
  checkForm(
    { name: "A", age: "1.5" },
    {
      wrong: {
        name: "This must have at least 2 characters.",
        age: "This must be a whole number.",
      },
    },
  );
  checkForm({ name: "Ada", age: "-1" }, { wrong: { age: "This must be at least 0." } });
});

test("a schema that is none has no fields", () => {
  for (const schema of [undefined, null, 3, [], {}, { properties: 3 }, { properties: { a: 1 } }]) {
    assert.deepEqual(fieldsOf(schema), []);
  }
});

test("effects are said in words", () => {
  const root = "file:///project";
  assert.deepEqual(describe({ type: "writePath", path: "/project/a b.txt" }, root), {
    verb: "Write",
    object: "a b.txt",
  });
  assert.deepEqual(
    describe({ type: "runProgram", program: "git", arguments: ["commit", "-m", "it's"] }, root),
    { verb: "Run", object: "git commit -m 'it'\\''s'" },
  );
});

test("numbers and places as people read them", () => {
  assert.deepEqual([950, 12_300, 128_000, 1_200_000].map(count), ["950", "12.3k", "128k", "1.2M"]);
  assert.deepEqual([80, 4200, 185_000].map(duration), ["80 ms", "4.2 s", "3 min 5 s"]);
  assert.equal(place("file:///project/a%20b.rs", "file:///project"), "a b.rs");
  assert.equal(place("file:///other/%zz", "file:///project"), "/other/%zz");
  const range = { start: { line: 3, character: 0 }, end: { line: 9, character: 0 } };
  assert.equal(lines(range), ":4-9");
  assert.equal(plainOutput("\u001b[31mred\u001b[0m\r\n\u001b]0;title\u0007x"), "red\nx");
});
