/** All changes that wait, above the composer: by file, to keep or to undo. */
import { useComputed } from "@preact/signals";
import { useContext, useState } from "preact/hooks";
import { ChatContext } from "../ui/context";
import { place } from "../ui/format";
import { Icon } from "../ui/Icon";
import { EditDiff, Verdict } from "./Diff";
import { type PendingFile, pendingFiles } from "./pending";

export function Review() {
  const chat = useContext(ChatContext);
  const [open, setOpen] = useState(false);
  const files = useComputed(() => pendingFiles(chat.follower.edits.value?.values() ?? []));
  const sessionId = chat.sessionId.value;
  const list = files.value;
  if (list.length === 0 || sessionId === undefined) {
    return null;
  }
  const added = list.reduce((sum, file) => sum + file.added, 0);
  const removed = list.reduce((sum, file) => sum + file.removed, 0);
  return (
    <section class="review" aria-label="Changes to review">
      <header class="review-head">
        <button type="button" class="fold-head" aria-expanded={open} onClick={() => setOpen(!open)}>
          <span class="chevron" data-open={open}>
            <Icon name="chevron" />
          </span>
          <span>{list.length === 1 ? "1 file" : `${list.length} files`}</span>
          <Counts added={added} removed={removed} />
        </button>
        <button
          type="button"
          class="quiet"
          onClick={() => chat.send({ type: "action", action: "showReview" })}
        >
          Review
        </button>
        {chat.can("edit/accept") ? <Verdict what="all changes" which={{ sessionId }} /> : null}
      </header>
      {open ? (
        <ul class="review-files">
          {list.map((file) => (
            <ReviewFile key={file.uri} file={file} sessionId={sessionId} />
          ))}
        </ul>
      ) : null}
    </section>
  );
}

function ReviewFile({ file, sessionId }: { file: PendingFile; sessionId: string }) {
  const chat = useContext(ChatContext);
  const [open, setOpen] = useState(false);
  const name = place(file.uri, chat.workspaceUri.value);
  return (
    <li>
      <div class="review-file">
        <button
          type="button"
          class="fold-head"
          aria-expanded={open}
          title={name}
          onClick={() => setOpen(!open)}
        >
          <span class="chevron" data-open={open}>
            <Icon name="chevron" />
          </span>
          <span class="file-name">{name}</span>
          <Counts added={file.added} removed={file.removed} />
        </button>
        {chat.can("edit/accept") ? (
          <Verdict what={`all changes of ${name}`} which={{ uri: file.uri, sessionId }} />
        ) : null}
      </div>
      {open
        ? file.edits.map(({ edit }) => <EditDiff key={edit.id} edit={edit} canResolve />)
        : null}
    </li>
  );
}

function Counts({ added, removed }: { added: number; removed: number }) {
  return (
    <span class="counts">
      <span class="added-count">+{added}</span> <span class="removed-count">−{removed}</span>
    </span>
  );
}
