/** A tool call: one line, and folded in it what was asked, what came out and what it changed. */
import { useContext, useEffect, useState } from "preact/hooks";
import type { ContentBlock, ToolCall, ToolKind, ToolStatus } from "../../../../protocol/ts/aside";
import { EditDiff } from "../review/Diff";
import { lineCount } from "../review/pending";
import type { ItemEntry } from "../state/model";
import { ChatContext } from "../ui/context";
import { Fold } from "../ui/Fold";
import { duration, lines, place, plainOutput } from "../ui/format";
import { Icon, type IconName } from "../ui/Icon";
import { Picture } from "./UserMessage";

/** Characters of an output or of arguments that are shown at first. */
const SHOWN = 4000;

const ICONS: Record<ToolKind, IconName> = {
  read: "read",
  edit: "edit",
  delete: "delete",
  move: "move",
  search: "search",
  execute: "command",
  fetch: "globe",
  think: "think",
  other: "other",
};

/** Tools that do nothing but change files. */
const CHANGES: readonly ToolKind[] = ["edit", "delete", "move"];

const STATUS: Record<ToolStatus, string> = {
  pending: "waits",
  waiting: "asks",
  running: "running",
  completed: "",
  failed: "failed",
  rejected: "refused",
  cancelled: "cancelled",
  interrupted: "interrupted",
};

export function ToolCard({ entry, call }: { entry: ItemEntry; call: ToolCall }) {
  const chat = useContext(ChatContext);
  const status = STATUS[call.status] ?? call.status;
  const title = call.title === "" ? call.name : call.title;
  return (
    <Fold
      class={`tool ${call.status}`}
      startOpen={chat.settings.value.unfold.tools}
      head={
        <>
          <span class="hidden">Tool: </span>
          <Icon name={ICONS[call.kind] ?? "other"} />
          <span class={`tool-title${call.status === "running" ? " shimmer" : ""}`} title={title}>
            {title}
          </span>
          {call.source.type === "mcp" ? <span class="tag">{call.source.server}</span> : null}
          <EditCounts call={call} />
          <span class="grow" />
          <span class={status === "" ? "hidden" : `status ${call.status}`}>{status || "done"}</span>
          <Took call={call} done={entry.done} />
        </>
      }
    >
      {() => <Inside entry={entry} call={call} />}
    </Fold>
  );
}

function Took({ call, done }: { call: ToolCall; done: boolean }) {
  if (call.durationMs !== undefined) {
    return call.durationMs < 1000 ? null : <span class="muted">{duration(call.durationMs)}</span>;
  }
  return done || call.status !== "running" ? null : <Elapsed />;
}

/** Seconds since it began, for what takes long. */
export function Elapsed() {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setSeconds((now) => now + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  return seconds < 2 ? null : <span class="muted">{seconds} s</span>;
}

function useEdits(call: ToolCall) {
  const chat = useContext(ChatContext);
  const all = chat.follower.edits.value;
  return call.editIds.flatMap((id) => all?.get(id) ?? []);
}

function EditCounts({ call }: { call: ToolCall }) {
  const edits = useEdits(call);
  if (edits.length === 0) {
    return null;
  }
  const hunks = edits.flatMap((edit) => edit.hunks);
  const added = hunks.reduce((sum, hunk) => sum + lineCount(hunk.newText), 0);
  const removed = hunks.reduce((sum, hunk) => sum + lineCount(hunk.oldText), 0);
  return (
    <span class="counts">
      <span class="added-count">+{added}</span> <span class="removed-count">−{removed}</span>
    </span>
  );
}

function Inside({ entry, call }: { entry: ItemEntry; call: ToolCall }) {
  const chat = useContext(ChatContext);
  const edits = useEdits(call);
  // What a diff or the plan shows better is not shown again.
  const shownElsewhere = edits.length > 0 || (call.kind === "think" && call.status === "completed");
  const named = shownElsewhere ? [] : Object.entries(call.arguments);
  // What the model is told of a change that was made is the diff in words.
  const isDiff = edits.length > 0 && call.status === "completed" && CHANGES.includes(call.kind);
  return (
    <>
      {named.length > 0 ? (
        <dl class="arguments">
          {named.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                <Long text={typeof value === "string" ? value : JSON.stringify(value, null, 2)} />
              </dd>
            </div>
          ))}
        </dl>
      ) : entry.argumentsText !== undefined && !entry.done ? (
        <Long text={entry.argumentsText} />
      ) : null}
      {edits.map((edit) => (
        <EditDiff key={edit.id} edit={edit} canResolve />
      ))}
      {isDiff ? null : entry.done ? (
        <Output blocks={call.output} />
      ) : (
        <Live text={entry.outputText} />
      )}
      {call.locations.length > 0 ? (
        <div class="chips">
          {call.locations.slice(0, 20).map((location, index) => (
            <button
              key={index}
              type="button"
              class="chip"
              onClick={() =>
                chat.send({ type: "openFile", uri: location.uri, range: location.range })
              }
            >
              <Icon name="file" /> {place(location.uri, chat.workspaceUri.value)}
              {lines(location.range)}
            </button>
          ))}
        </div>
      ) : null}
    </>
  );
}

function Live({ text }: { text: string | undefined }) {
  return text === undefined || text === "" ? null : (
    <pre class="output">{plainOutput(text.slice(-SHOWN))}</pre>
  );
}

function Output({ blocks }: { blocks: ContentBlock[] }) {
  return (
    <>
      {blocks.map((block, index) => {
        if (block.type === "text") {
          return <Long key={index} text={plainOutput(block.text)} />;
        }
        if (block.type === "image") {
          return <Picture key={index} mimeType={block.mimeType} data={block.data} />;
        }
        return block.type === "resource" ? (
          <Long key={index} text={block.text ?? block.uri} />
        ) : null;
      })}
    </>
  );
}

/** Text that may be long: its beginning, and the rest when it is asked for. */
function Long({ text }: { text: string }) {
  const [all, setAll] = useState(false);
  if (text.trim() === "") {
    return null;
  }
  const shown = all ? text : text.slice(0, SHOWN);
  return (
    <>
      <pre class="output">{shown}</pre>
      {shown.length < text.length ? (
        <button type="button" class="quiet" onClick={() => setAll(true)}>
          Show all ({text.length.toLocaleString()} characters)
        </button>
      ) : null}
    </>
  );
}
