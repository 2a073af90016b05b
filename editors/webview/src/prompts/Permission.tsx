/** A question for permission: what would be done, why it is asked, and the answers. */
import { useContext, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ChatRequestPermissionParams, PermissionOption } from "../../../../protocol/ts/aside";
import { EditDiff } from "../review/Diff";
import { ChatContext } from "../ui/context";
import { Icon } from "../ui/Icon";
import { visible } from "../ui/visible";
import { describe } from "./effects";
import { isBusy } from "./focus";
import { askedFor } from "./words";

/** Under this name the words for the agent are kept. */
const WORDS = "words";

/** A question takes no keys until the user can have seen it, in milliseconds. */
const SETTLES_MS = 400;

export function Permission({ request }: { request: ChatRequestPermissionParams }) {
  const chat = useContext(ChatContext);
  const [feedback, setFeedback] = useState(() =>
    String(chat.prompts.filled.get(request.requestId)?.[WORDS] ?? ""),
  );
  const box = useRef<HTMLElement>(null);
  const since = useRef(performance.now());
  const id = useId();
  const { options } = request;
  const { title, command, arguments: values } = askedFor(request);

  // Whoever is writing goes on writing; whoever is not can answer by one key.
  useLayoutEffect(() => {
    if (!isBusy(document.activeElement)) {
      box.current?.focus();
    }
  }, []);

  const answer = (option: PermissionOption) => {
    const words = feedback.trim();
    const { requestId } = request;
    chat.prompts.answerPermission(
      requestId,
      words === "" ? { optionId: option.id } : { optionId: option.id, feedback: words },
    );
    chat.focusAsked.value += 1;
  };

  const pressed = (event: KeyboardEvent) => {
    if (
      event.target instanceof HTMLInputElement ||
      event.ctrlKey ||
      event.metaKey ||
      event.altKey
    ) {
      return;
    }
    // A key that was meant for something else must not answer, nor one that is still held down.
    if (event.repeat || performance.now() - since.current < SETTLES_MS) {
      return;
    }
    const option = /^[1-9]$/.test(event.key) ? options[Number(event.key) - 1] : undefined;
    if (option !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      answer(option);
    }
  };

  return (
    <section
      class="prompt permission"
      ref={box}
      tabIndex={-1}
      role="alertdialog"
      aria-labelledby={`${id}-title`}
      aria-describedby={`${id}-reason`}
      onKeyDown={pressed}
    >
      <h2 id={`${id}-title`}>
        <Icon name="shield" /> {title}
      </h2>
      {command === undefined ? null : <pre class="output command">{command}</pre>}
      {values.length > 0 ? (
        <dl class="arguments">
          {values.map(({ name, value }) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                <pre class="output">{value}</pre>
              </dd>
            </div>
          ))}
        </dl>
      ) : null}
      <p id={`${id}-reason`}>{visible(request.reason)}</p>
      {request.effects.length > 0 ? (
        <ul class="effects" aria-label="What it would do">
          {request.effects.map((effect, index) => {
            const { verb, object } = describe(effect, chat.workspaceUri.value);
            return (
              <li key={index}>
                <span class="muted">{verb}</span> <code>{visible(object)}</code>
              </li>
            );
          })}
        </ul>
      ) : null}
      {request.preview?.map((edit) => (
        <EditDiff key={edit.id} edit={edit} canResolve={false} />
      ))}
      <input
        type="text"
        class="feedback"
        value={feedback}
        placeholder="Tell the agent what to do instead (optional)"
        aria-label="Words for the agent, with your answer"
        onInput={({ currentTarget: { value } }) => {
          setFeedback(value);
          chat.prompts.filled.set(request.requestId, { [WORDS]: value });
        }}
        onKeyDown={(event) => {
          // Enter in the words means no: they say what to do instead.
          const no = options.find((option) => option.kind === "rejectOnce");
          if (event.key === "Enter" && !event.isComposing && feedback.trim() !== "" && no) {
            event.preventDefault();
            answer(no);
          }
        }}
      />
      <div class="options">
        {options.map((option, index) => (
          <button
            key={option.id}
            type="button"
            class={option.kind === "allowOnce" ? "primary" : ""}
            data-kind={option.kind}
            // The second click of two was meant for the question that was here before.
            onClick={({ detail }) => (detail > 1 ? undefined : answer(option))}
          >
            {index < 9 ? <kbd>{index + 1}</kbd> : null}
            <span>{visible(option.label)}</span>
          </button>
        ))}
        <button
          type="button"
          class="quiet"
          title="Refuse, and stop the turn"
          onClick={() => chat.prompts.answerPermission(request.requestId, { cancelled: true })}
        >
          Stop the turn
        </button>
      </div>
    </section>
  );
}
