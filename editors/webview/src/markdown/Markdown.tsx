/** Markdown in the page. What streams is drawn by blocks, and only the last one changes. */
import { useContext, useLayoutEffect, useRef } from "preact/hooks";
import { ChatContext } from "../ui/context";
import { memo } from "../ui/memo";
import { type Blocks, blocksOf, NO_BLOCKS } from "./blocks";
import { enhance } from "./enhance";
import { themeChanged } from "./mermaid";
import { render } from "./parser";
import { sanitized } from "./sanitize";

/** Markdown that may still grow. */
export function Markdown({ text, streaming }: { text: string; streaming: boolean }) {
  const before = useRef<Blocks>(NO_BLOCKS);
  const blocks = blocksOf(text, streaming ? before.current : NO_BLOCKS);
  before.current = blocks;
  const last = blocks.sources.length - 1;
  return (
    <div class="markdown">
      {blocks.sources.map((source, index) => (
        // A block keeps its place: what is before the last one does not change.
        <Block key={index} source={source} whole={!streaming || index < last} />
      ))}
    </div>
  );
}

const Block = memo(function Block({ source, whole }: { source: string; whole: boolean }) {
  const element = useRef<HTMLDivElement>(null);
  const chat = useContext(ChatContext);
  // A diagram is a picture, which has the colours of its time.
  const theme = source.includes("mermaid") ? themeChanged.value : 0;
  useLayoutEffect(() => {
    const fragment = sanitized(render(source, whole));
    const staged = document.createElement("div");
    staged.append(fragment);
    enhance(
      staged,
      {
        copy: (text) => chat.send({ type: "copy", text }),
        insert: (text) => chat.send({ type: "insertAtCursor", text }),
      },
      whole,
    );
    element.current?.replaceChildren(...staged.childNodes);
  }, [source, whole, chat, theme]);
  return <div class="block" ref={element} />;
});
