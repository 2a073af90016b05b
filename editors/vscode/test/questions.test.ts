/** Questions to the user: one answer each, and none that comes too late. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type {
  ChatElicitParams,
  ChatRequestPermissionParams,
  PermissionOption,
  ToolCall,
} from "../src/protocol";
import { type Cancel, Questions } from "../src/questions/open";
import { answersHere, elicitationText, permissionText, shortOptions } from "../src/questions/words";

class Source implements Cancel {
  isCancellationRequested = false;
  private listeners: (() => void)[] = [];
  onCancellationRequested(listener: () => void) {
    this.listeners.push(listener);
    return { dispose: () => (this.listeners = this.listeners.filter((one) => one !== listener)) };
  }
  cancel(): void {
    this.isCancellationRequested = true;
    for (const listener of this.listeners) {
      listener();
    }
  }
  get watched(): number {
    return this.listeners.length;
  }
}

function permission(requestId: string): ChatRequestPermissionParams {
  return {
    requestId,
    sessionId: "s",
    turnId: "t",
    item: {
      id: "i",
      turnId: "t",
      createdAt: "",
      type: "compaction",
      summary: "",
      droppedItems: 0,
    },
    reason: "Nothing allows it yet.",
    effects: [{ type: "runProgram", program: "cargo", arguments: ["test"] }],
    options: [{ id: "yes", label: "Allow once", kind: "allowOnce" }],
  };
}

const elicitation: ChatElicitParams = {
  requestId: "e",
  sessionId: "s",
  message: "Which\nbranch?",
  server: "git",
};

function heard(questions: Questions): string[] {
  const log: string[] = [];
  questions.listen({
    asked: ({ request }) => log.push(`asked ${request.requestId}`),
    settled: (id) => log.push(`settled ${id}`),
  });
  return log;
}

test("the first answer counts", async () => {
  const questions = new Questions();
  const log = heard(questions);
  const source = new Source();
  const answer = questions.permission(permission("p"), source);
  assert.deepEqual(
    questions.all().map(({ request }) => request.requestId),
    ["p"],
  );
  assert.equal(questions.answerPermission("p", { optionId: "yes" }), true);
  assert.equal(questions.answerPermission("p", { cancelled: true }), false);
  assert.deepEqual(await answer, { optionId: "yes" });
  assert.deepEqual(log, ["asked p", "settled p"]);
  assert.equal(source.watched, 0);
});

test("what is no answer to the question leaves it open", async () => {
  const questions = new Questions();
  const answer = questions.permission(permission("p"), new Source());
  assert.equal(questions.answerPermission("p", { optionId: "everything" }), false);
  assert.equal(questions.answerPermission("q", { optionId: "yes" }), false);
  assert.equal(questions.answerElicitation("p", { action: "accept" }), false);
  assert.equal(questions.isOpen("p"), true);
  questions.answerPermission("p", { cancelled: true });
  assert.deepEqual(await answer, { cancelled: true });
});

test("a question that is taken back is closed", async () => {
  const questions = new Questions();
  const log = heard(questions);
  const source = new Source();
  const answer = questions.elicit(elicitation, source);
  source.cancel();
  assert.deepEqual(await answer, { action: "cancel" });
  assert.deepEqual(log, ["asked e", "settled e"]);
  assert.deepEqual(await questions.elicit(elicitation, source), { action: "cancel" });
  assert.deepEqual(questions.all(), []);
});

test("with the server all questions go", async () => {
  const questions = new Questions();
  const both = [
    questions.permission(permission("p"), new Source()),
    questions.elicit(elicitation, new Source()),
  ];
  questions.dropAll();
  assert.deepEqual(await Promise.all(both), [{ cancelled: true }, { action: "cancel" }]);
  assert.equal(questions.answerElicitation("e", { action: "accept" }), false);
});

test("a notification has room for the answers of this once", () => {
  const options: PermissionOption[] = (
    ["allowOnce", "allowSession", "allowAlways", "rejectOnce", "rejectAlways"] as const
  ).map((kind) => ({ id: kind, label: kind, kind }));
  const ids = (some: PermissionOption[]) => shortOptions(some).map(({ id }) => id);
  assert.deepEqual(ids(options), ["allowOnce", "rejectOnce"]);
  assert.deepEqual(ids(options.slice(1, 3)), ["allowSession", "allowAlways"]);
  assert.deepEqual(ids([]), []);
});

test("notifications say what would be done", () => {
  assert.equal(permissionText(permission("p")), "run cargo test — Nothing allows it yet.");
  assert.equal(elicitationText(elicitation), "Aside (git) asks: Which ⏎ branch?");
  assert.equal(permissionText(call({ title: "Edit  a.rs" })), "Edit a.rs — Nothing allows it yet.");
  const long = { ...permission("p"), reason: "x".repeat(5000) };
  assert.ok(permissionText(long).length < 1000);
  assert.deepEqual(answersHere(long), [], "what is to be known of the call may be missing");
});

const REASON = "Nothing allows it yet.";

function call(more: Partial<ToolCall>): ChatRequestPermissionParams {
  const asked = permission("p");
  const item = {
    ...asked.item,
    type: "toolCall",
    name: "bash",
    source: { type: "builtin" },
    kind: "execute",
    arguments: {},
    ...more,
  };
  const no: PermissionOption = { id: "no", label: "Reject", kind: "rejectOnce" };
  return { ...asked, item, options: [...asked.options, no] } as ChatRequestPermissionParams;
}

function checkHere(more: Partial<ToolCall>, text: string | undefined, ids: string[]): void {
  const asked = call(more);
  if (text !== undefined) {
    assert.equal(permissionText(asked), `${text} — ${REASON}`);
  }
  assert.deepEqual(
    answersHere(asked).map(({ id }) => id),
    ids,
  );
}

test("only what a notification shows whole can be allowed there", () => {
  const both = ["yes", "no"];
  checkHere({ title: "ls", arguments: { command: "ls" } }, "ls", both);
  checkHere({ title: "ls", arguments: { command: "ls\nrm -rf ~" } }, "ls ⏎ rm -rf ~", both);
  checkHere({ arguments: { command: "ls \u202erm" } }, "ls <U+202E>rm", both);
  const long = `echo ${"a".repeat(400)}; rm -rf ~`;
  checkHere({ title: "echo aaaa…", arguments: { command: long } }, undefined, ["no"]);
  checkHere({ arguments: { command: "make", cwd: "/elsewhere" } }, "make", ["no"]);
  const own = { name: "deploy", title: "Run deploy" };
  checkHere({ ...own, arguments: { command: "ls" } }, "Run deploy", ["no"]);
  checkHere(own, "Run deploy", both);
  checkHere({ kind: "edit", title: "Edit a/very/long…" }, undefined, ["no"]);
  const mcp = { type: "mcp", server: "shop" } as const;
  const title = "buy of shop";
  checkHere({ source: mcp, title, arguments: { command: "ls", count: 9 } }, title, ["no"]);
  checkHere({ source: mcp, title }, title, both);
});
