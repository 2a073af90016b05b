/** Makes a port of any channel that carries JSON. */
import type { FromView, Port, ToView } from "./port";

/** A port over a channel; what arrives before there is a listener waits for it. */
export function portOf(
  send: (message: FromView) => void,
  subscribe: (hear: (message: ToView) => void) => void,
): Port {
  let listener: ((message: ToView) => void) | undefined;
  let early: ToView[] = [];
  subscribe((message) => {
    if (listener === undefined) {
      early.push(message);
    } else {
      listener(message);
    }
  });
  return {
    send,
    listen(hear) {
      listener = hear;
      const waiting = early;
      early = [];
      for (const message of waiting) {
        hear(message);
      }
    },
  };
}
