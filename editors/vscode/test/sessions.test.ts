/** The list of sessions, kept up by events. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Session } from "../src/protocol";
import { age, appended, atRest, changed, description, sorted } from "../src/sessions/list";
import { session } from "./fixtures";

const ALL = { query: "", archived: false };
const ids = (sessions: readonly Session[] | undefined) => sessions?.map((one) => one.id);
const at = (minute: string) => ({ updatedAt: `2026-01-01T00:${minute}:00Z` });

test("pinned ones come first, then the ones changed last", () => {
  const list = [
    session("a", at("01")),
    session("b", at("03")),
    session("c", { ...at("02"), pinned: true }),
    session("d", at("03")),
  ];
  assert.deepEqual(ids(sorted(list)), ["c", "d", "b", "a"]);
});

test("a session that changed moves up, a new one is put in", () => {
  const list = [session("a", at("02")), session("b", at("01"))];
  assert.deepEqual(ids(changed(list, session("b", at("03")), ALL)), ["b", "a"]);
  assert.deepEqual(ids(changed(list, session("c", at("00")), ALL)), ["a", "b", "c"]);
});

test("a change that does not show changes nothing", () => {
  const list = [session("a")];
  assert.equal(changed(list, session("a", { turnCount: 9 }), ALL), undefined);
  assert.equal(changed(list, session("z", { archived: true }), ALL), undefined);
});

test("nothing runs where there is no server", () => {
  const sessions = [session("a", { status: "running" }), session("b", { status: "waiting" })];
  assert.deepEqual(
    atRest(sessions).map(({ id, status }) => [id, status]),
    [
      ["a", "idle"],
      ["b", "idle"],
    ],
  );
});

test("what does not belong there any more is taken out", () => {
  const list = [session("a"), session("b")];
  assert.deepEqual(ids(changed(list, session("a", { archived: true }), ALL)), ["b"]);
  const named = { query: "A", archived: false };
  assert.deepEqual(ids(changed([session("a")], session("a", { title: "x" }), named)), []);
  assert.equal(changed([session("a")], session("b"), named), undefined);
});

test("a page has no session twice", () => {
  const list = [session("a"), session("b")];
  assert.deepEqual(ids(appended(list, [session("b"), session("c")])), ["a", "b", "c"]);
});

test("ages are said in a word or two", () => {
  const now = Date.parse("2026-01-03T00:00:00Z");
  const said = (time: string) => age(time, now);
  assert.deepEqual(
    [
      "2026-01-02T23:59:30Z",
      "2026-01-02T23:15:00Z",
      "2026-01-02T20:00:00Z",
      "2026-01-02T00:00:00Z",
      "2025-12-04T00:00:00Z",
      "2027-01-01T00:00:00Z",
      "nonsense",
    ].map(said),
    ["now", "45 min", "4 h", "1 day", "30 days", "now", ""],
  );
  assert.equal(description(session("a", { status: "waiting" }), now), "waits for you, 2 days");
});
