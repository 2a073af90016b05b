/** What an edit changes, hunk by hunk, with what can be done about each. */
import { useContext, useState } from "preact/hooks";
import type { FileEdit, Hunk } from "../../../../protocol/ts/aside";
import { ChatContext } from "../ui/context";
import { place } from "../ui/format";
import { Icon } from "../ui/Icon";
import { visible } from "../ui/visible";
import { isOpen, isPending, textLines } from "./pending";

/** Lines of one hunk that are shown at first. */
const SHOWN_LINES = 60;

const STATUS: Record<FileEdit["status"], string> = {
  proposed: "proposed",
  applied: "",
  accepted: "kept",
  rejected: "undone",
  partial: "partly kept",
  conflicted: "not made: the file had changed",
  reverted: "undone",
};

/** An edit with its file's name. `canResolve` shows the buttons where it still waits. */
export function EditDiff({ edit, canResolve }: { edit: FileEdit; canResolve: boolean }) {
  const chat = useContext(ChatContext);
  const name = place(edit.uri, chat.workspaceUri.value);
  const resolvable = canResolve && isPending(edit) && chat.can("edit/accept");
  return (
    <section class="edit" aria-label={`Change of ${name}`}>
      <header class="edit-head">
        <button
          type="button"
          class="link file-name"
          title={`Open ${name}`}
          onClick={() => openAt(edit)}
        >
          {name}
        </button>
        {edit.kind === "modify" ? null : <span class="tag">{edit.kind}</span>}
        {edit.newUri === undefined ? null : (
          <span class="muted">to {place(edit.newUri, chat.workspaceUri.value)}</span>
        )}
        {canResolve ? <span class="muted">{STATUS[edit.status] ?? edit.status}</span> : null}
        <span class="grow" />
        {canResolve && isOpen(edit) ? (
          <button
            type="button"
            class="quiet"
            onClick={() => chat.send({ type: "openDiff", editId: edit.id })}
          >
            Compare
          </button>
        ) : null}
        {resolvable ? <Verdict what={name} which={{ editIds: [edit.id] }} /> : null}
      </header>
      {edit.hunks.map((hunk) => (
        <HunkDiff
          key={hunk.id}
          hunk={hunk}
          resolvable={resolvable && hunk.status === "pending" && edit.hunks.length > 1}
        />
      ))}
    </section>
  );

  function openAt(edit: FileEdit) {
    const range = edit.hunks[0]?.newRange;
    chat.send(
      range === undefined
        ? { type: "openFile", uri: edit.uri }
        : { type: "openFile", uri: edit.uri, range },
    );
  }
}

function HunkDiff({ hunk, resolvable }: { hunk: Hunk; resolvable: boolean }) {
  const [all, setAll] = useState(false);
  const removed = textLines(hunk.oldText).map((text, index) => ({
    sign: "-",
    number: hunk.oldRange.start.line + index + 1,
    text,
  }));
  const added = textLines(hunk.newText).map((text, index) => ({
    sign: "+",
    number: hunk.newRange.start.line + index + 1,
    text,
  }));
  const both = [...removed, ...added];
  const shown = all ? both : both.slice(0, SHOWN_LINES);
  return (
    <div class="hunk" data-status={hunk.status}>
      {resolvable ? (
        <div class="hunk-head">
          <span class="muted">Line {hunk.newRange.start.line + 1}</span>
          <span class="grow" />
          <Verdict
            what={`the change at line ${hunk.newRange.start.line + 1}`}
            which={{ hunkIds: [hunk.id] }}
          />
        </div>
      ) : null}
      <div class="diff" role="group" tabIndex={0} aria-label="Changed lines">
        {shown.map((line) => (
          <div key={`${line.sign}${line.number}`} class={line.sign === "+" ? "added" : "removed"}>
            <span class="line-number" aria-hidden="true">
              {line.number}
            </span>
            <span class="sign">{line.sign}</span>
            <span class="line">{line.text === "" ? " " : visible(line.text)}</span>
          </div>
        ))}
      </div>
      {shown.length < both.length ? (
        <button type="button" class="quiet" onClick={() => setAll(true)}>
          Show {both.length - shown.length} more lines
        </button>
      ) : null}
    </div>
  );
}

/** Keep and undo, for whatever is named. */
export function Verdict({
  what,
  which,
}: {
  what: string;
  which: { editIds?: string[]; hunkIds?: string[]; uri?: string; sessionId?: string };
}) {
  const chat = useContext(ChatContext);
  return (
    <span class="verdict">
      <button
        type="button"
        class="quiet accept"
        title={`Keep ${what}`}
        aria-label={`Keep ${what}`}
        onClick={() => chat.resolve("accept", which)}
      >
        <Icon name="check" /> <span>Keep</span>
      </button>
      <button
        type="button"
        class="quiet reject"
        title={`Undo ${what}`}
        aria-label={`Undo ${what}`}
        onClick={() => chat.resolve("reject", which)}
      >
        <Icon name="close" /> <span>Undo</span>
      </button>
    </span>
  );
}
