/** A line that can be unfolded. What is in it is made only once it is open. */
import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";
import { Icon } from "./Icon";

interface FoldProps {
  head: ComponentChildren;
  startOpen: boolean;
  class: string;
  children: () => ComponentChildren;
}

export function Fold({ head, startOpen, class: name, children }: FoldProps) {
  const [open, setOpen] = useState(startOpen);
  const id = useId();
  return (
    <div class={`fold ${name}`} data-open={open}>
      <button
        type="button"
        class="fold-head"
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
      >
        <span class="chevron">
          <Icon name="chevron" />
        </span>
        {head}
      </button>
      <div id={id} class="fold-body" hidden={!open}>
        {open ? children() : null}
      </div>
    </div>
  );
}
