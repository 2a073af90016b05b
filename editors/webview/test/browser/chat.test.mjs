// The view in Chromium, against a real server whose model is scripted.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { call, stage } from "../../dev/stage.mjs";
import { until } from "./until.mjs";

let set;
before(async () => {
  set = await stage({ files: { "a.txt": "one\ntwo\nthree\nfour\nfive\nsix\nseven\n" } });
});
after(() => set?.end());

/** A page with a new session, and what it complained about. */
async function fresh() {
  set.host.forget();
  const opened = await set.open();
  await opened.page.getByRole("heading", { name: "What shall we do?" }).waitFor();
  return opened;
}

async function send(page, text, key = "Enter") {
  await page.getByLabel("Message", { exact: true }).fill(text);
  await page.getByLabel("Message", { exact: true }).press(key);
}

const answered = (page, text) => page.locator(".answer", { hasText: text }).last().waitFor();
const idle = (page) => page.getByRole("button", { name: "Send", exact: true }).waitFor();

test("a prompt is answered, and the answer streams without redrawing what is done", async () => {
  const { page, errors } = await fresh();
  set.reply(
    { text: "First paragraph.\n\nSecond paragraph.\n\nThird" },
    { gate: "half" },
    { text: " one is **whole**." },
  );
  await send(page, "Hello?");
  await answered(page, "Third");
  await page.evaluate(() => {
    document.querySelector(".answer p").dataset.seen = "yes";
  });
  assert.equal(await page.locator(".answer").getAttribute("aria-busy"), "true");
  set.tell({ open: "half" });
  await answered(page, "Third one is whole.");
  await idle(page);
  assert.equal(await page.locator(".answer p").first().getAttribute("data-seen"), "yes");
  assert.equal(await page.locator(".answer strong").innerText(), "whole");
  assert.equal(await page.locator(".user-message").count(), 1);
  assert.equal(
    await page
      .locator("[aria-live=polite]")
      .innerText()
      .then((text) => text.includes("whole")),
    true,
  );
  assert.deepEqual(errors, []);
  await page.close();
});

test("permission is asked, answered by one key, and each hunk has its own verdict", async () => {
  const { page, errors } = await fresh();
  const edits = [
    { old_text: "one", new_text: "ONE" },
    { old_text: "seven", new_text: "SEVEN" },
  ];
  set.reply(call("e1", "edit_file", { path: "a.txt", edits }));
  set.reply({ text: "Both are changed." });
  // A key that comes before the user can have seen the question does not answer it.
  await page.evaluate(() => {
    const early = new KeyboardEvent("keydown", { key: "1", bubbles: true });
    const watch = new MutationObserver(() => {
      const asked = document.querySelector("[role=alertdialog]");
      if (asked !== null) {
        watch.disconnect();
        document.body.dataset.early = String(asked.dispatchEvent(early));
      }
    });
    watch.observe(document.body, { childList: true, subtree: true });
  });
  await send(page, "Change it.");
  const prompt = page.getByRole("alertdialog");
  await prompt.waitFor();
  assert.match(await prompt.innerText(), /a\.txt/);
  assert.equal(await prompt.locator(".added").count(), 2);
  assert.equal(await page.locator("body").getAttribute("data-early"), "true");
  await page.waitForTimeout(500);
  await prompt.waitFor();
  await page.keyboard.press("1");
  await answered(page, "Both are changed.");
  await page.locator(".review-head .fold-head").click();
  await page.locator(".review-file .fold-head").click();
  assert.equal(await page.locator(".review .hunk").count(), 2);
  await page.getByRole("button", { name: "Keep the change at line 1", exact: true }).click();
  await page.locator(".review .hunk[data-status=accepted]").waitFor();
  await page
    .getByRole("button", { name: /^Undo a\.txt$/ })
    .first()
    .click();
  await page.locator(".review").waitFor({ state: "detached" });
  assert.deepEqual(errors, []);
  await page.close();
});

test("a refusal carries words for the model", async () => {
  const { page } = await fresh();
  set.reply(call("b1", "bash", { command: "touch made.txt" }));
  set.reply({ text: "Then not." });
  await send(page, "Make it.");
  await page.getByRole("alertdialog").waitFor();
  await page.getByLabel("Words for the agent").fill("Not there.");
  await page.getByLabel("Words for the agent").press("Enter");
  await answered(page, "Then not.");
  await page.locator(".tool.rejected").waitFor();
  await page.close();
});

test("messages wait, are taken back, and a turn is stopped by Escape", async () => {
  const { page } = await fresh();
  set.reply({ text: "It begins" }, { gate: "stopped" }, { text: " and ends." });
  await send(page, "First");
  await answered(page, "It begins");
  await send(page, "Second");
  await page.locator(".queue .chip", { hasText: "Second" }).waitFor();
  assert.equal(await page.locator(".user-message").count(), 1);
  await page.getByRole("button", { name: "Take back: Second" }).click();
  await page.locator(".queue").waitFor({ state: "detached" });
  await page.getByLabel("Message", { exact: true }).press("Escape");
  await page.locator(".notice", { hasText: "Stopped." }).last().waitFor();
  await idle(page);
  set.tell({ open: "stopped" });
  await page.close();
});

test("after a crash nothing is lost and nothing is doubled", async () => {
  const { page } = await fresh();
  set.reply({ text: "Before the crash." });
  await send(page, "Hello?");
  await answered(page, "Before the crash.");
  await idle(page);
  await page.getByLabel("Message", { exact: true }).fill("Half a thou");
  set.host.server.kill();
  await page.locator(".banner.warning").waitFor();
  await page.locator(".banner.warning").waitFor({ state: "detached" });
  assert.equal(await page.getByLabel("Message", { exact: true }).inputValue(), "Half a thou");
  assert.equal(await page.locator(".answer").count(), 1);
  set.reply({ text: "After the crash." });
  await send(page, "Half a thought");
  await answered(page, "After the crash.");
  await idle(page);
  assert.equal(await page.locator(".answer").count(), 2);
  assert.equal(await page.locator(".user-message").count(), 2);
  await page.close();
});

test("a draft and its session come back when the view is made anew", async () => {
  const { page } = await fresh();
  set.reply({ text: "I am here." });
  await send(page, "Hello?");
  await answered(page, "I am here.");
  await idle(page);
  await page.getByLabel("Message", { exact: true }).fill("A draft");
  await until("draft that is kept", () =>
    Object.values(set.host.drafts).some(({ text }) => text === "A draft"),
  );
  await page.reload();
  await answered(page, "I am here.");
  assert.equal(await page.getByLabel("Message", { exact: true }).inputValue(), "A draft");
  await page.getByRole("img", { name: /tokens of context/ }).waitFor();
  await page.getByLabel("Message", { exact: true }).fill("");
  await page.close();
});

test("a provider that fails says what to do", async () => {
  const { page } = await fresh();
  set.tell({ reply: { status: 401, error: "bad key" } });
  await send(page, "Hello?");
  const failure = page.getByRole("group", { name: "The turn failed" });
  await failure.waitFor();
  await failure.getByRole("button", { name: "Add a key…" }).click();
  await until("question for a key", () =>
    set.host.log.some((message) => message.type === "action" && message.action === "addKey"),
  );
  await page.close();
});

test("a crash in the middle of an answer keeps what came, once", async () => {
  const { page } = await fresh();
  set.reply({ text: "Half of an answer" }, { gate: "crashed" }, { text: " and the rest." });
  await send(page, "Hello?");
  await answered(page, "Half of an answer");
  // Reading the session has all of it stored first.
  const { sessionId } = set.host;
  const { items } = await set.host.server.request("session/items", { sessionId });
  assert.equal(items.at(-1).text, "Half of an answer");
  set.host.server.kill();
  await page.locator(".notice", { hasText: "The server stopped while this turn ran." }).waitFor();
  set.tell({ open: "crashed" });
  assert.equal(await page.locator(".answer").count(), 1);
  assert.equal(await page.locator(".user-message").count(), 1);
  assert.match(
    await page.locator(".answer").innerText(),
    /^Half of an answer\s+This answer was cut short\.$/,
  );
  await idle(page);
  await page.close();
});

test("a message joins the running turn by Alt+Enter", async () => {
  const { page } = await fresh();
  set.reply({ text: "Working." }, { gate: "steer" }, call("l1", "list_directory", {}));
  set.reply({ text: "I heard you." });
  await send(page, "Begin.");
  await answered(page, "Working.");
  await send(page, "And do not forget.", "Alt+Enter");
  await page.locator(".user-message", { hasText: "And do not forget." }).first().waitFor();
  set.tell({ open: "steer" });
  await answered(page, "I heard you.");
  await idle(page);
  assert.equal(await page.locator(".user-message").count(), 2);
  await page.close();
});

test("a question is answered by a form", async () => {
  const { page } = await fresh();
  set.reply(call("q1", "ask_user", { question: "Which colour?", options: ["Red", "Green"] }));
  set.reply({ text: "Green it is." });
  await send(page, "Ask me.");
  await page.locator(".elicitation").waitFor();
  await page.getByRole("button", { name: "Answer" }).click();
  await page.locator(".wrong", { hasText: "This is needed." }).waitFor();
  await page.getByRole("radio", { name: "Green" }).check();
  await page.getByRole("button", { name: "Answer" }).click();
  await answered(page, "Green it is.");
  await page.locator(".tool > .fold-head").click();
  assert.match(await page.locator(".tool .output").last().innerText(), /Green/);
  await page.close();
});

test("files are completed, pictures pasted, files dropped, and all of them sent", async () => {
  const { page } = await fresh();
  const field = page.getByLabel("Message", { exact: true });
  await field.pressSequentially("Look at @a.t");
  const offered = page.getByRole("option", { name: /a\.txt/ });
  await offered.waitFor();
  await field.blur();
  await offered.waitFor({ state: "detached" });
  await field.focus();
  await offered.waitFor();
  await field.press("Tab");
  await page.locator(".writing .chip", { hasText: "a.txt" }).waitFor();
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.items.add(
      new File([new Uint8Array([137, 80, 78, 71])], "shot.png", { type: "image/png" }),
    );
    const event = new ClipboardEvent("paste", {
      clipboardData: data,
      bubbles: true,
      cancelable: true,
    });
    document.querySelector("textarea").dispatchEvent(event);
    const dropped = new DataTransfer();
    dropped.setData("text/uri-list", "file:///project/b.txt");
    const drop = new DragEvent("drop", { dataTransfer: dropped, bubbles: true, cancelable: true });
    document.querySelector(".composer").dispatchEvent(drop);
  });
  await page.locator(".writing .chip", { hasText: "shot.png" }).waitFor();
  await page.locator(".writing .chip", { hasText: "b.txt" }).waitFor();
  await page.getByRole("button", { name: "Remove b.txt" }).click();
  set.reply({ text: "I see both." });
  await field.press("Enter");
  await answered(page, "I see both.");
  await page.locator(".user-message .chip", { hasText: "a.txt" }).waitFor();
  assert.equal(await page.locator(".user-message img.picture").count(), 1);
  await idle(page);
  await page.close();
});

test("what is chosen before the first message is what the session has", async () => {
  const { page } = await fresh();
  await page.getByRole("button", { name: /^Model:/ }).click();
  const search = page.getByRole("combobox", { name: "Search: Model" });
  await page.getByRole("option", { name: /^scripted/ }).waitFor();
  await search.fill("openai scripted");
  await search.press("Enter");
  await page.getByRole("button", { name: /^Permission:/ }).click();
  await page.getByRole("option", { name: /^Read only/ }).click();
  set.reply({ text: "As you wish." });
  await send(page, "Hello?");
  await answered(page, "As you wish.");
  await idle(page);
  for (const name of ["Model: scripted", "Permission: Read only"]) {
    await page.getByRole("button", { name }).waitFor();
  }
  await page.getByRole("button", { name: /^Permission:/ }).click();
  await page.getByRole("option", { name: /^Ask/ }).click();
  await page.getByRole("button", { name: "Permission: Ask" }).waitFor();
  await page.close();
});

test("the session goes back to before a message, and forth again", async () => {
  const { page } = await fresh();
  const edits = [{ old_text: "two", new_text: "TWO" }];
  set.reply({ text: "First answer." });
  await send(page, "First");
  await answered(page, "First answer.");
  await idle(page);
  set.reply(call("g1", "edit_file", { path: "a.txt", edits }));
  set.reply({ text: "Second answer." });
  await send(page, "Second");
  await page.getByRole("button", { name: /Allow once/ }).click();
  await answered(page, "Second answer.");
  await idle(page);
  const second = page.locator(".user-message", { hasText: "Second" });
  await second.hover();
  await second.getByRole("button", { name: "Go back to before this message" }).click();
  await second.getByText("These files go back: a.txt.").waitFor();
  await second.getByRole("button", { name: "Files and conversation" }).click();
  await page.getByRole("button", { name: "Take it back" }).waitFor();
  await second.waitFor({ state: "detached" });
  assert.equal(await page.locator(".answer").count(), 1);
  assert.equal(await page.getByLabel("Message", { exact: true }).inputValue(), "Second");
  await page.getByRole("button", { name: "Take it back" }).click();
  await answered(page, "Second answer.");
  assert.equal(await page.locator(".user-message").count(), 2);
  await page.getByRole("button", { name: "Undo all changes", exact: true }).click();
  await page.locator(".review").waitFor({ state: "detached" });
  await page.close();
});
