/** Where the user writes: text, attachments, completion, and the buttons that send and stop. */
import { useSignalEffect } from "@preact/signals";
import { useContext, useId, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Candidate, Delivery } from "../../../../protocol/ts/aside";
import { isEmpty } from "../state/drafts";
import { ChatContext } from "../ui/context";
import { Icon } from "../ui/Icon";
import { take, urisOf } from "./attach";
import { Completer, CompletionList } from "./Completion";
import { completed, stillAsked } from "./complete";
import { Pickers } from "./Pickers";
import { Queue } from "./Queue";

/** Pixels that the field grows to. */
const MAX_HEIGHT = 240;

export function Composer() {
  const chat = useContext(ChatContext);
  const field = useRef<HTMLTextAreaElement>(null);
  const completer = useMemo(() => new Completer(chat), [chat]);
  const [dragging, setDragging] = useState(false);
  const id = useId();
  const draft = chat.drafts.current.value;
  const ready = chat.connection.value.status === "ready";
  const running = chat.running;
  const offer = completer.offer.value;

  useLayoutEffect(() => {
    const element = field.current;
    if (element !== null) {
      element.style.height = "auto";
      element.style.height = `${Math.min(element.scrollHeight, MAX_HEIGHT)}px`;
    }
  }, [draft.text]);

  useSignalEffect(() => {
    if (chat.focusAsked.value > 0) {
      field.current?.focus();
    }
  });

  const submit = (delivery: Delivery) => {
    completer.close();
    void chat.submit(delivery);
  };

  const pick = (candidate: Candidate) => {
    const asked = completer.offer.value?.query;
    const cursor = field.current?.selectionStart ?? 0;
    const query = asked && stillAsked(asked, draft.text, cursor);
    if (query === undefined) {
      completer.close();
      return;
    }
    const next = completed(draft.text, query, candidate);
    const element = field.current;
    if (element !== null) {
      // At once: the next key is meant for what is behind the candidate.
      element.value = next.text;
      element.focus();
      element.setSelectionRange(next.cursor, next.cursor);
    }
    chat.drafts.setText(next.text);
    if (candidate.resource !== undefined) {
      chat.drafts.attach([{ label: candidate.label, block: candidate.resource }]);
    }
    completer.close();
  };

  const pressed = (event: KeyboardEvent) => {
    if (event.isComposing) {
      return;
    }
    if (offer !== undefined && offerKey(event)) {
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    if (event.key !== "Enter" || event.shiftKey) {
      return;
    }
    const modified = event.ctrlKey || event.metaKey;
    if (event.altKey && running) {
      event.preventDefault();
      submit("steer");
    } else if (chat.settings.value.sendOn === "enter" || modified) {
      event.preventDefault();
      submit("queue");
    }
  };

  /** Whether the list of completions took the key. */
  const offerKey = (event: KeyboardEvent): boolean => {
    const now = completer.offer.value;
    switch (event.key) {
      case "ArrowDown":
        completer.move(1);
        return true;
      case "ArrowUp":
        completer.move(-1);
        return true;
      case "Tab":
      case "Enter": {
        const candidate = now?.candidates[now.at];
        if (event.shiftKey || candidate === undefined) {
          return false;
        }
        pick(candidate);
        return true;
      }
      case "Escape":
        completer.close();
        return true;
      default:
        return false;
    }
  };

  const attach = async (files: readonly File[]) => {
    const { attachments, refused } = await take(files);
    chat.drafts.attach(attachments);
    if (refused.length > 0) {
      chat.problem.value = { message: refused.join(" ") };
    }
  };

  const pasted = (event: ClipboardEvent) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length > 0) {
      event.preventDefault();
      void attach(files);
    }
  };

  const dropped = (event: DragEvent) => {
    event.preventDefault();
    setDragging(false);
    const data = event.dataTransfer;
    if (data === null) {
      return;
    }
    const uris = urisOf(data);
    if (uris.length > 0) {
      chat.send({ type: "dropUris", uris });
    } else if (data.files.length > 0) {
      void attach([...data.files]);
    }
  };

  return (
    <section
      class="composer"
      aria-label="Your message"
      data-dragging={dragging}
      onDragOver={(event) => {
        event.preventDefault();
        setDragging(true);
      }}
      onDragLeave={() => setDragging(false)}
      onDrop={dropped}
    >
      <Queue />
      <CompletionList completer={completer} id={`${id}-list`} pick={pick} />
      <div class="writing">
        {draft.attachments.length > 0 ? (
          <div class="chips" role="group" aria-label="Attached">
            {draft.attachments.map((attachment, index) => (
              <span class="chip" key={index} title={attachment.label}>
                <Icon name={attachment.block.type === "image" ? "other" : "file"} />
                <span class="chip-label">{attachment.label}</span>
                <button
                  type="button"
                  aria-label={`Remove ${attachment.label}`}
                  onClick={() => chat.drafts.detach(index)}
                >
                  <Icon name="close" />
                </button>
              </span>
            ))}
          </div>
        ) : null}
        <textarea
          ref={field}
          rows={1}
          value={draft.text}
          placeholder={running ? "Queue a message…" : "Ask, or say what to change…"}
          aria-label="Message"
          aria-haspopup="listbox"
          aria-autocomplete="list"
          aria-controls={`${id}-list`}
          aria-activedescendant={offer === undefined ? undefined : `${id}-list-${offer.at}`}
          onInput={(event) => {
            chat.drafts.setText(event.currentTarget.value);
            completer.changed(event.currentTarget.value, event.currentTarget.selectionStart);
          }}
          // The editor around the view may take the focus and give it back while one writes.
          onFocus={({ currentTarget }) =>
            completer.changed(currentTarget.value, currentTarget.selectionStart)
          }
          onKeyDown={pressed}
          onBlur={() => completer.close()}
          onPaste={pasted}
        />
        <div class="composer-bar">
          <button
            type="button"
            class="quiet icon-button"
            title="Attach files"
            aria-label="Attach files"
            onClick={() => chat.send({ type: "pickFiles" })}
          >
            <Icon name="plus" />
          </button>
          <Pickers />
          <span class="grow" />
          {running && !isEmpty(draft) ? (
            <button
              type="button"
              class="quiet icon-button"
              title="Send into the running turn (Alt+Enter)"
              aria-label="Send into the running turn"
              disabled={!ready}
              onClick={() => submit("steer")}
            >
              <Icon name="steer" />
            </button>
          ) : null}
          {running ? (
            <button
              type="button"
              class={isEmpty(draft) ? "send stop" : "quiet icon-button stop"}
              title="Stop (Esc)"
              aria-label="Stop"
              onClick={() => void chat.cancel()}
            >
              <Icon name="stop" />
            </button>
          ) : null}
          {running && isEmpty(draft) ? null : (
            <button
              type="button"
              class="send"
              title={running ? "Queue the message" : "Send"}
              aria-label={running ? "Queue the message" : "Send"}
              disabled={!ready || isEmpty(draft)}
              onClick={() => submit("queue")}
            >
              <Icon name="send" />
            </button>
          )}
        </div>
      </div>
    </section>
  );
}
