/** A button that opens a list to choose from, with a search where the list is long. */
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../ui/Icon";

export interface Choosable {
  id: string;
  label: string;
  /** Beside the label: whose it is. */
  origin?: string;
  detail?: string;
  /** Why it cannot be chosen. */
  unavailable?: string;
}

interface PickerProps {
  /** What is chosen by it, for a screen reader: `Model`. */
  name: string;
  /** What is chosen now, as the button shows it. */
  shown: string;
  items: readonly Choosable[];
  current: string | undefined;
  searchable: boolean;
  class?: string;
  pick(id: string): void;
  /** A last line that does something else. */
  more?: { label: string; act(): void };
}

export function Picker(props: PickerProps) {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const close = (refocus: boolean) => {
    setOpen(false);
    if (refocus) {
      button.current?.focus();
    }
  };
  useLayoutEffect(() => {
    if (!open) {
      return;
    }
    const outside = (event: Event) => {
      if (event.target instanceof Node && !box.current?.contains(event.target)) {
        setOpen(false);
      }
    };
    addEventListener("pointerdown", outside);
    addEventListener("focusin", outside);
    return () => {
      removeEventListener("pointerdown", outside);
      removeEventListener("focusin", outside);
    };
  }, [open]);
  const pressed = (event: KeyboardEvent) => {
    if (open && event.key === "Escape") {
      close(true);
      event.preventDefault();
      event.stopPropagation();
    }
  };
  return (
    <div class={`picker ${props.class ?? ""}`} ref={box} onKeyDown={pressed}>
      <button
        type="button"
        ref={button}
        class="quiet picker-button"
        aria-haspopup="listbox"
        aria-expanded={open}
        aria-label={`${props.name}: ${props.shown}`}
        title={`${props.name}: ${props.shown}`}
        onClick={() => setOpen(!open)}
      >
        <span>{props.shown}</span>
      </button>
      {open ? <List {...props} close={close} /> : null}
    </div>
  );
}

function List(props: PickerProps & { close(refocus: boolean): void }) {
  const { items, current, pick, close, more } = props;
  const [search, setSearch] = useState("");
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = items.filter((item) => {
    const text = `${item.id} ${item.label} ${item.origin ?? ""}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const [at, setAt] = useState(() =>
    Math.max(
      0,
      items.findIndex((item) => item.id === current),
    ),
  );
  const active = Math.min(at, found.length - 1);
  const input = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const id = useId();
  // Before it is painted: the next key is meant for the list.
  useLayoutEffect(() => {
    (props.searchable ? input.current : list.current)?.focus();
  }, []);
  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: "nearest" });
  }, [active]);

  const choose = (item: Choosable | undefined) => {
    if (item !== undefined && item.unavailable === undefined) {
      pick(item.id);
      close(true);
    }
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.target instanceof HTMLButtonElement || event.isComposing) {
      return;
    }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const step = event.key === "ArrowDown" ? 1 : -1;
      setAt((active + step + found.length) % Math.max(1, found.length));
    } else if (event.key === "Enter" || (event.key === " " && !props.searchable)) {
      choose(found[active]);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div class="popup" onKeyDown={pressed}>
      {props.searchable ? (
        <input
          ref={input}
          type="text"
          role="combobox"
          aria-expanded="true"
          aria-controls={id}
          aria-activedescendant={`${id}-${active}`}
          aria-label={`Search: ${props.name}`}
          placeholder={`Search: ${props.name}`}
          value={search}
          onInput={(event) => {
            setSearch(event.currentTarget.value);
            setAt(0);
          }}
        />
      ) : null}
      <ul
        ref={list}
        id={id}
        role="listbox"
        tabIndex={-1}
        aria-label={props.name}
        aria-activedescendant={`${id}-${active}`}
      >
        {found.map((item, index) => (
          <li
            key={item.id}
            id={`${id}-${index}`}
            role="option"
            aria-selected={item.id === current}
            aria-disabled={item.unavailable !== undefined}
            data-active={index === active}
            onClick={() => choose(item)}
          >
            <span class="option-label">
              {item.id === current ? <Icon name="check" /> : null}
              <span>{item.label}</span>
              {item.origin === undefined ? null : <span class="muted">{item.origin}</span>}
            </span>
            {item.detail === undefined && item.unavailable === undefined ? null : (
              <span class="muted option-detail" title={item.unavailable}>
                {item.unavailable ?? item.detail}
              </span>
            )}
          </li>
        ))}
      </ul>
      {found.length === 0 ? <p class="muted">Nothing is called so.</p> : null}
      {more === undefined ? null : (
        <button
          type="button"
          class="quiet"
          onClick={() => {
            more.act();
            close(true);
          }}
        >
          {more.label}
        </button>
      )}
    </div>
  );
}
