/** What the chat view may say, and what is not listened to. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { draftOf, fromView, isExternal, MAX_URIS } from "../src/chat/messages";
import type { FromView } from "../src/port";

function taken(message: FromView): void {
  assert.deepEqual(
    fromView(JSON.parse(JSON.stringify(message))),
    JSON.parse(JSON.stringify(message)),
  );
}

function refused(...messages: unknown[]): void {
  for (const message of messages) {
    assert.equal(fromView(message), undefined, JSON.stringify(message));
  }
}

test("what the port says is taken", () => {
  taken({ type: "ready", portVersion: 1 });
  taken({ type: "request", id: 1, method: "session/list", params: { limit: 3 } });
  taken({ type: "sessionShown", sessionId: "s" });
  taken({ type: "sessionShown" });
  taken({
    type: "saveDraft",
    sessionId: "s",
    draft: {
      text: "hello",
      attachments: [{ label: "a", block: { type: "resource", uri: "file:///project/a" } }],
    },
  });
  taken({ type: "chosen", choice: { model: "a/b", permissionMode: "readOnly" } });
  taken({ type: "chosen", choice: {} });
  taken({ type: "answerPermission", requestId: "r", result: { optionId: "o", feedback: "f" } });
  taken({ type: "answerPermission", requestId: "r", result: { cancelled: true } });
  taken({ type: "answerElicitation", requestId: "r", result: { action: "decline" } });
  taken({ type: "answerElicitation", requestId: "r", result: { action: "accept", content: {} } });
  taken({ type: "openFile", uri: "file:///project/a" });
  taken({ type: "openDiff", editId: "e" });
  taken({ type: "openExternal", url: "https://example.org/a?b#c" });
  taken({ type: "copy", text: "" });
  taken({ type: "insertAtCursor", text: "x" });
  taken({ type: "pickFiles" });
  taken({ type: "dropUris", uris: ["file:///project/a"] });
  taken({ type: "action", action: "addKey" });
  taken({ type: "log", level: "warn", message: "x" });
});

test("a place is taken along only where it is one", () => {
  const start = { line: 1, character: 0 };
  const range = { start, end: { line: 2, character: 0 } };
  taken({ type: "openFile", uri: "file:///project/a", range });
  assert.deepEqual(fromView({ type: "openFile", uri: "u", range: { start } }), {
    type: "openFile",
    uri: "u",
  });
  assert.deepEqual(
    fromView({ type: "openFile", uri: "u", range: { start, end: { line: -1, character: 0 } } }),
    { type: "openFile", uri: "u" },
  );
});

test("what is no message is refused", () => {
  refused(undefined, null, 1, "ready", [], [{ type: "ready" }], {}, { type: 7 });
  refused({ type: "unheardOf" }, { type: "__proto__" }, { type: "toString" });
});

test("messages with wrong parts are refused", () => {
  refused(
    { type: "ready" },
    { type: "ready", portVersion: "1" },
    { type: "ready", portVersion: -1 },
  );
  refused({ type: "request", id: 1 }, { type: "request", id: 0.5, method: "chat/send" });
  refused({ type: "request", id: 1, method: "chat/send", params: [] });
  refused({ type: "request", id: 1, method: "chat/send", params: "x" });
  refused({ type: "sessionShown", sessionId: 3 });
  refused({ type: "chosen" });
  assert.deepEqual(fromView({ type: "chosen", choice: { model: 1, title: "x" } }), {
    type: "chosen",
    choice: {},
  });
  refused({ type: "saveDraft" }, { type: "saveDraft", draft: { text: 1, attachments: [] } });
  refused({ type: "answerPermission", requestId: "r", result: {} });
  refused({ type: "answerPermission", requestId: 1, result: { optionId: "o" } });
  refused({ type: "answerElicitation", requestId: "r", result: { action: "explode" } });
  refused({ type: "openFile" }, { type: "openDiff", editId: {} }, { type: "copy" });
  refused({ type: "dropUris", uris: "file:///a" }, { type: "dropUris", uris: [1] });
  refused({ type: "dropUris", uris: Array.from({ length: MAX_URIS + 1 }, () => "file:///a") });
  refused({ type: "action", action: "format" }, { type: "action", action: "constructor" });
  refused({ type: "log", level: "trace", message: "x" });
});

test("only pages and addresses of mail are opened outside", () => {
  for (const url of ["http://example.org", "HTTPS://EXAMPLE.org/x", "mailto:a@example.org"]) {
    assert.equal(isExternal(url), true, url);
  }
  for (const url of [
    "file:///etc/passwd",
    "javascript:alert(1)",
    " https://example.org",
    "https:example.org",
    "https://",
    "vscode://x/y",
    "command:aside.acceptAll",
    "data:text/html,x",
    "mailto:",
    "",
    `https://example.org/${"a".repeat(9000)}`,
  ]) {
    assert.equal(isExternal(url), false, url);
    refused({ type: "openExternal", url });
  }
});

test("a draft keeps what is attached as it should be", () => {
  const image = { label: "p", block: { type: "image", mimeType: "image/png", data: "AA==" } };
  const draft = { text: "t", attachments: [image, { label: 1 }, null, { label: "x", block: {} }] };
  assert.deepEqual(draftOf(draft), { text: "t", attachments: [image] });
  assert.equal(draftOf({ text: "t" }), undefined);
});
