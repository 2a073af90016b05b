/** Finding and greeting the program, its settings, and when it is started again. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Backoff, DELAYS_MS, HEALTHY_MS } from "../src/server/backoff";
import { find, type Machine } from "../src/server/find";
import { greet, startProblem } from "../src/server/handshake";
import { collect, declared, type Said } from "../src/server/settings";

function machine(programs: string[], search = "/usr/bin:/opt/bin"): Machine {
  return { windows: false, home: "/home/me", search, isProgram: (file) => programs.includes(file) };
}

test("the setting goes first, then what came along, then the path", () => {
  const all = machine(["/x/aside", "/ext/server/aside", "/opt/bin/aside"]);
  assert.deepEqual(find("/x/aside", "/ext", all), { program: "/x/aside", from: "setting" });
  assert.deepEqual(find(" ", "/ext", all), { program: "/ext/server/aside", from: "bundled" });
  const onPath = machine(["/opt/bin/aside"]);
  assert.deepEqual(find("", "/ext", onPath), { program: "/opt/bin/aside", from: "path" });
  const built = machine(["/home/me/.cargo/bin/aside"]);
  const program = "/home/me/.cargo/bin/aside";
  assert.deepEqual(find("", "/ext", built), { program, from: "path" });
  assert.deepEqual(find("", "/ext", machine([])), { missing: "everywhere" });
});

test("a setting that names no program is not passed over", () => {
  const all = machine(["/ext/server/aside", "/opt/bin/aside", "/opt/bin/other", "/home/me/aside"]);
  assert.deepEqual(find("/gone", "/ext", all), { missing: "setting", program: "/gone" });
  assert.deepEqual(find("other", "/ext", all), { program: "/opt/bin/other", from: "setting" });
  assert.deepEqual(find("~/aside", "/ext", all), { program: "/home/me/aside", from: "setting" });
});

test("nothing in the open folder is run", () => {
  const here = machine(["aside", "./aside", "bin/aside"], ":.:bin");
  assert.deepEqual(find("", "/ext", here), { missing: "everywhere" });
  assert.deepEqual(find("./aside", "/ext", here), { missing: "setting", program: "./aside" });
});

test("a greeting is Aside's, in our version", () => {
  const said = { protocolVersion: 1, methods: ["chat/send", 7], version: "0.1.0" };
  const server = { ...said, methods: ["chat/send"] };
  assert.deepEqual(greet({ aside: said }), { server });
  for (const other of [undefined, null, {}, { aside: 1 }, { aside: { ...said, methods: {} } }]) {
    assert.match((greet(other) as { problem: string }).problem, /not Aside/);
  }
  const newer = greet({ aside: { ...said, protocolVersion: 2 } }) as { problem: string };
  assert.match(newer.problem, /Update the extension/);
  const older = greet({ aside: { ...said, protocolVersion: 0 } }) as { problem: string };
  assert.match(older.problem, /Update the program/);
});

test("a program that is not Aside is called so", () => {
  assert.match(startProblem("/bin/true", "write EPIPE"), /^\/bin\/true ended before it answered/);
  assert.equal(startProblem("/x", "spawn /x EACCES."), "/x could not be started: spawn /x EACCES.");
});

test("a server that keeps ending is given up", () => {
  const backoff = new Backoff();
  assert.deepEqual(
    DELAYS_MS.map(() => backoff.next(10)),
    [...DELAYS_MS],
  );
  assert.equal(backoff.next(10), undefined);
  assert.equal(backoff.next(HEALTHY_MS), DELAYS_MS[0]);
  backoff.next(10);
  backoff.reset();
  assert.equal(backoff.next(10), DELAYS_MS[0]);
});

const SETTINGS = [
  { key: "aside.model", userOnly: false },
  { key: "aside.permission_mode", userOnly: true },
  { key: "aside.turn.max_iterations", userOnly: false },
  { key: "aside.providers.max_retries", userOnly: true },
  { key: "aside.providers", userOnly: true },
];

function check(said: Record<string, Said>, trusted: boolean, expected: unknown): void {
  assert.deepEqual(
    collect(SETTINGS, (key) => said[key], trusted),
    expected,
  );
}

test("only what was said is told, and nested", () => {
  check({}, true, {});
  check(
    {
      "aside.model": { globalValue: "a/b" },
      "aside.turn.max_iterations": { globalValue: 3 },
      "aside.permission_mode": { globalValue: null },
    },
    true,
    { model: "a/b", turn: { max_iterations: 3 } },
  );
});

test("a folder says only what it may, and only where it is trusted", () => {
  const said = {
    "aside.model": { globalValue: "a/b", workspaceValue: "c/d", workspaceFolderValue: "e/f" },
    "aside.permission_mode": { globalValue: "ask", workspaceValue: "full" },
    "aside.providers": { workspaceValue: { openai: { base_url: "http://example.org" } } },
  };
  check(said, true, { model: "e/f", permission_mode: "ask" });
  check(said, false, { model: "a/b", permission_mode: "ask" });
});

test("providers and what is said of all of them go together", () => {
  const local = { base_url: "http://127.0.0.1:1/v1" };
  check(
    {
      "aside.providers": { globalValue: { local } },
      "aside.providers.max_retries": { globalValue: 2 },
    },
    true,
    { providers: { local, max_retries: 2 } },
  );
});

test("the extension's own settings are not the server's, and dangerous ones are the user's", () => {
  const manifest: unknown = JSON.parse(readFileSync("package.json", "utf8"));
  const all = new Map(declared(manifest).map(({ key, userOnly }) => [key, userOnly]));
  assert.equal(all.has("aside.server.path"), false);
  assert.equal(all.get("aside.model"), false);
  for (const key of ["permission_mode", "providers", "providers.proxy", "sandbox.backend"]) {
    assert.equal(all.get(`aside.${key}`), true, key);
  }
  assert.equal(
    [...all.keys()].some((key) => key.endsWith("_key")),
    false,
  );
  const { contributes } = manifest as {
    contributes: { configuration: { properties: Record<string, { scope: string }> }[] };
  };
  const scope = contributes.configuration[0]?.properties["aside.server.path"]?.scope;
  assert.equal(scope, "machine");
  assert.deepEqual(declared({}), []);
});
