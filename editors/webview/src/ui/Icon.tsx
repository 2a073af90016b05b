/** The view's own icons: lines of 16 by 16, in the colour of the text. */

const PATHS = {
  attach: "M10.5 4.5v6a2.5 2.5 0 0 1-5 0V4a1.5 1.5 0 0 1 3 0v6",
  check: "M3 8.5 6.5 12 13 4.5",
  chevron: "M6 4l4 4-4 4",
  close: "M4 4l8 8M12 4l-8 8",
  command: "M2.5 3.5h11v9h-11zM5 6.5 6.8 8 5 9.5M8.5 10h2.5",
  delete: "M3.5 4.5h9M6.5 4.5v-1h3v1M4.5 4.5l.6 8h5.8l.6-8",
  down: "M8 3v9.5M4 8.5l4 4 4-4",
  edit: "M3 13l.7-2.8 7-7 2.1 2.1-7 7zM9.5 4.4l2.1 2.1",
  error: "M8 2.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11M8 5v3.5M8 10.8v.1",
  file: "M4 2.5h5l3 3v8H4zM9 2.5v3h3",
  globe:
    "M8 2.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11M2.5 8h11M8 2.5c2.4 3 2.4 8 0 11M8 2.5c-2.4 3-2.4 8 0 11",
  history: "M3 5.5a5.5 5.5 0 1 1-.4 3.6M3 2.8v2.9h2.9M8 5.2v3l2 1.4",
  info: "M8 2.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11M8 7.5V11M8 5.1v.1",
  move: "M2.5 8h10M9 4.5 12.5 8 9 11.5",
  other: "M8 2.8 9.4 6.6l3.8 1.4-3.8 1.4L8 13.2 6.6 9.4 2.8 8l3.8-1.4z",
  plus: "M8 3.5v9M3.5 8h9",
  question: "M5.8 6a2.2 2.2 0 1 1 3.3 1.9C8.3 8.4 8 8.8 8 9.6M8 12v.1",
  read: "M2.5 3.5h4A1.5 1.5 0 0 1 8 5a1.5 1.5 0 0 1 1.5-1.5h4v8.5h-4A1.5 1.5 0 0 0 8 13a1.5 1.5 0 0 0-1.5-1h-4zM8 5v8",
  search: "M7 3a4 4 0 1 1 0 8 4 4 0 0 1 0-8M10 10l3.2 3.2",
  send: "M8 13V3.5M4 7.5l4-4 4 4",
  shield: "M8 2.3 12.8 4v3.6c0 3-2 5-4.8 6.1-2.8-1.1-4.8-3.1-4.8-6.1V4z",
  steer: "M3 13V8.5A2.5 2.5 0 0 1 5.5 6H13M10 3l3 3-3 3",
  stop: "M4.5 4.5h7v7h-7z",
  think: "M8 2.5a4 4 0 0 1 2.2 7.3v1.7H5.8V9.8A4 4 0 0 1 8 2.5M6.3 13.5h3.4",
  warning: "M8 2.8 14 13H2zM8 6.5v3M8 11.2v.1",
} as const;

export type IconName = keyof typeof PATHS;

/** Only decoration: what it stands for is said beside it. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg
      class="icon"
      viewBox="0 0 16 16"
      width="16"
      height="16"
      aria-hidden="true"
      focusable="false"
    >
      <path
        d={PATHS[name]}
        fill="none"
        stroke="currentColor"
        stroke-width="1.2"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  );
}
