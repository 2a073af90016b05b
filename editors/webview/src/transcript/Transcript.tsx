/** The transcript: a window of its entries, that sticks to the end unless the user scrolled up. */
import { useSignalEffect } from "@preact/signals";
import { useContext, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Asked } from "../prompts/Asked";
import type { Transcript as State } from "../state/model";
import { ChatContext } from "../ui/context";
import { Icon } from "../ui/Icon";
import { EntryView } from "./EntryView";
import { shownEntries } from "./entries";
import { Pending, Working } from "./Working";
import { atEnd, atStart, down, drawn, type Known, up, type Window } from "./window";

/** Pixels from an end of the window at which it moves. */
const NEAR = 800;
/** Pixels from the bottom that still count as the bottom. */
const BOTTOM = 24;

export function Transcript({ state }: { state: State }) {
  const chat = useContext(ChatContext);
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const entries = state.entries;
  const known: Known = { first: -state.origin, end: entries.length - state.origin };
  const [window, setWindow] = useState<Window>(() => atEnd(known));
  const [away, setAway] = useState(false);
  const stuck = useRef(true);
  const lastTop = useRef(0);
  const anchor = useRef<{ element: Element; top: number } | undefined>(undefined);
  const latest = useRef({ known, window, older: state.older });
  latest.current = { known, window, older: state.older };

  const { from, to } = drawn(window, known);
  const visible = shownEntries(entries.slice(from + state.origin, to + state.origin), state);

  const remember = () => {
    const box = scroller.current;
    if (box === null || stuck.current) {
      anchor.current = undefined;
      return;
    }
    const edge = box.getBoundingClientRect().top;
    for (const element of content.current?.children ?? []) {
      const { top, bottom } = element.getBoundingClientRect();
      // The button at the beginning stays there, and is no place to hold on to.
      if (bottom > edge && !element.classList.contains("older")) {
        anchor.current = { element, top };
        return;
      }
    }
  };

  const move = (next: Window) => {
    remember();
    setWindow(next);
  };

  const toEnd = () => {
    stuck.current = true;
    anchor.current = undefined;
    setAway(false);
    setWindow(atEnd(latest.current.known));
    stick();
  };

  const stick = () => {
    const box = scroller.current;
    if (box !== null && stuck.current) {
      box.scrollTop = box.scrollHeight;
      lastTop.current = box.scrollTop;
    }
  };

  const scrolled = () => {
    const box = scroller.current;
    if (box === null) {
      return;
    }
    const below = box.scrollHeight - box.scrollTop - box.clientHeight;
    const now = latest.current;
    if (box.scrollTop < lastTop.current - 1 && below > BOTTOM) {
      stuck.current = false;
    } else if (below <= BOTTOM && now.window.to === undefined) {
      stuck.current = true;
    }
    lastTop.current = box.scrollTop;
    setAway(!stuck.current);
    if (box.scrollTop < NEAR && !stuck.current) {
      const next = up(now.window, now.known);
      if (next !== now.window) {
        move(next);
      } else if (now.older !== undefined && !chat.follower.loadingOlder.value) {
        void chat.follower.older();
      }
    } else if (below < NEAR && now.window.to !== undefined) {
      move(down(now.window, now.known));
    }
  };

  /** Shows what is before the window, or asks for it. */
  const earlier = () => {
    const now = latest.current;
    stuck.current = false;
    setAway(true);
    const next = up(now.window, now.known);
    if (next !== now.window) {
      move(next);
    } else {
      void chat.follower.older();
    }
  };

  const pressed = (event: KeyboardEvent) => {
    if (event.target !== scroller.current) {
      return;
    }
    if (event.key === "End") {
      toEnd();
    } else if (event.key === "Home") {
      stuck.current = false;
      anchor.current = undefined;
      setAway(true);
      setWindow(atStart(latest.current.known));
      scroller.current?.scrollTo({ top: 0 });
      void chat.follower.older();
    } else {
      return;
    }
    event.preventDefault();
  };

  // After each change: stay at the end, or where the user reads.
  useLayoutEffect(() => {
    const held = anchor.current;
    const box = scroller.current;
    if (stuck.current) {
      stick();
    } else if (held !== undefined && box !== null && held.element.isConnected) {
      const moved = held.element.getBoundingClientRect().top - held.top;
      if (Math.abs(moved) >= 1) {
        box.scrollTop += moved;
        lastTop.current = box.scrollTop;
      }
    }
    anchor.current = undefined;
  });

  // Older entries come into the window once they are there.
  const origin = state.origin;
  useLayoutEffect(() => {
    if (origin > 0 && !stuck.current) {
      scrolled();
    }
  }, [origin]);

  // Pictures, formulas and folds change heights by themselves.
  useEffect(() => {
    const observer = new ResizeObserver(stick);
    if (content.current !== null) {
      observer.observe(content.current);
    }
    if (scroller.current !== null) {
      observer.observe(scroller.current);
    }
    return () => observer.disconnect();
  }, []);

  // What the user sends is what the user wants to see.
  useSignalEffect(() => {
    if (chat.outbox.sending.value.length > 0) {
      toEnd();
    }
  });

  return (
    <div class="transcript-frame">
      <div
        class="transcript"
        ref={scroller}
        onScroll={scrolled}
        onKeyDown={pressed}
        role="log"
        aria-live="off"
        aria-label="Conversation"
        tabIndex={0}
      >
        <div class="entries" ref={content} data-loaded={entries.length}>
          {from > known.first || state.older !== undefined ? (
            <div class="older muted" key="older">
              <button type="button" class="quiet" onClick={earlier}>
                Show older messages
              </button>
            </div>
          ) : null}
          {visible.map((entry) => (
            <EntryView key={entry.id} entry={entry} />
          ))}
          {to === known.end ? (
            <div class="tail" key="tail">
              <Pending />
              <Asked />
              <Working state={state} />
            </div>
          ) : null}
        </div>
      </div>
      {away || window.to !== undefined ? (
        <button type="button" class="to-end" onClick={toEnd}>
          <Icon name="down" /> Jump to the latest
        </button>
      ) : null}
    </div>
  );
}
