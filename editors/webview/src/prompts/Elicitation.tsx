/** A question of a tool or an MCP server: a form, or a page to visit. */
import { useContext, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ChatElicitParams, ElicitAction } from "../../../../protocol/ts/aside";
import { ChatContext } from "../ui/context";
import { Icon } from "../ui/Icon";
import { visible } from "../ui/visible";
import { isBusy } from "./focus";
import { type Field, fieldsOf, filledIn, read, type Value } from "./form";

export function Elicitation({ request }: { request: ChatElicitParams }) {
  const chat = useContext(ChatContext);
  const id = useId();
  const form = useRef<HTMLFormElement>(null);
  const fields = fieldsOf(request.schema);
  const [values, setValues] = useState(() => chat.prompts.filled.get(request.requestId) ?? {});
  const [wrong, setWrong] = useState<Record<string, string>>({});
  const { requestId, url } = request;

  useLayoutEffect(() => {
    // The form itself, and nothing in it: what is typed for something else must not get there.
    if (!isBusy(document.activeElement)) {
      form.current?.focus();
    }
  }, []);

  const fill = (next: Readonly<Record<string, Value>>) => {
    setValues(next);
    chat.prompts.filled.set(requestId, next);
  };

  const answer = (action: ElicitAction) => chat.prompts.answerElicitation(requestId, { action });

  const accept = () => {
    if (url !== undefined) {
      chat.send({ type: "openExternal", url });
      answer("accept");
      return;
    }
    const result = read(fields, values);
    if ("wrong" in result) {
      setWrong(result.wrong);
    } else {
      chat.prompts.answerElicitation(requestId, { action: "accept", content: result.content });
    }
  };

  return (
    <form
      class="prompt elicitation"
      ref={form}
      tabIndex={-1}
      aria-labelledby={`${id}-title`}
      onSubmit={(event) => {
        event.preventDefault();
        accept();
      }}
    >
      <h2 id={`${id}-title`}>
        <Icon name="question" />{" "}
        {request.server === undefined ? "A question" : `${visible(request.server)} asks`}
      </h2>
      <p class="said">{visible(request.message)}</p>
      {url === undefined ? null : (
        <p>
          <code>{visible(url)}</code>
        </p>
      )}
      {fields.map((field) => (
        <Input
          key={field.name}
          id={`${id}-${field.name}`}
          field={field}
          value={filledIn(values, field)}
          wrong={Object.hasOwn(wrong, field.name) ? wrong[field.name] : undefined}
          change={(value) => fill({ ...values, [field.name]: value })}
        />
      ))}
      <div class="options">
        <button type="submit" class="primary">
          {url === undefined ? "Answer" : "Open the page"}
        </button>
        <button type="button" onClick={() => answer("decline")}>
          Decline
        </button>
        <button type="button" class="quiet" onClick={() => answer("cancel")}>
          Dismiss
        </button>
      </div>
    </form>
  );
}

/** Choices that are shown side by side; more are a list that opens. */
const MAX_RADIOS = 6;

/** What a text of a format looks like. */
const HINTS: Record<string, string> = {
  email: "name@example.org",
  uri: "https://example.org",
  date: "2026-01-31",
  "date-time": "2026-01-31T12:00:00Z",
};

interface InputProps {
  id: string;
  field: Field;
  value: Value;
  wrong: string | undefined;
  change(value: Value): void;
}

function Input({ id, field, value, wrong, change }: InputProps) {
  const { input } = field;
  const described = {
    id,
    "aria-required": field.required,
    "aria-invalid": wrong !== undefined,
    "aria-describedby": `${id}-about`,
  };
  return (
    <div class="field">
      {input.kind === "boolean" ? (
        <label for={id}>
          <input
            {...described}
            type="checkbox"
            checked={value === true}
            onChange={(event) => change(event.currentTarget.checked)}
          />{" "}
          {field.label}
        </label>
      ) : (
        <label for={id}>
          {field.label}
          {field.required ? null : <span class="muted"> (optional)</span>}
        </label>
      )}
      {input.kind === "text" ? (
        <input
          {...described}
          type="text"
          placeholder={HINTS[input.format ?? ""]}
          value={String(value)}
          onInput={(event) => change(event.currentTarget.value)}
        />
      ) : null}
      {input.kind === "number" ? (
        <input
          {...described}
          type="number"
          step={input.integer ? 1 : "any"}
          value={String(value)}
          onInput={(event) => change(event.currentTarget.value)}
        />
      ) : null}
      {input.kind === "choice" && input.options.length <= MAX_RADIOS ? (
        <div class="radios" role="radiogroup" aria-label={field.label} id={id}>
          {input.options.map((option) => (
            <label key={option.value}>
              <input
                type="radio"
                name={id}
                checked={value === option.value}
                onChange={() => change(option.value)}
              />{" "}
              {option.label}
            </label>
          ))}
        </div>
      ) : null}
      {input.kind === "choice" && input.options.length > MAX_RADIOS ? (
        <select
          {...described}
          value={String(value)}
          onChange={(e) => change(e.currentTarget.value)}
        >
          <option value="">Choose…</option>
          {input.options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      ) : null}
      {input.kind === "choices" ? (
        <div role="group" aria-label={field.label} id={id}>
          {input.options.map((option) => (
            <label key={option.value}>
              <input
                type="checkbox"
                checked={Array.isArray(value) && value.includes(option.value)}
                onChange={(event) =>
                  change(toggled(value, option.value, event.currentTarget.checked))
                }
              />{" "}
              {option.label}
            </label>
          ))}
        </div>
      ) : null}
      <span id={`${id}-about`} class={wrong === undefined ? "muted" : "wrong"}>
        {wrong ?? field.description}
      </span>
    </div>
  );
}

function toggled(value: Value, option: string, on: boolean): string[] {
  const others = Array.isArray(value) ? value.filter((one) => one !== option) : [];
  return on ? [...others, option] : others;
}
