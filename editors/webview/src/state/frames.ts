/** Puts the work of many events into one frame, so that the view draws as often as the screen does. */

/** How often a view that nobody sees is brought up to date, in milliseconds. */
const HIDDEN_MS = 250;

/** Calls `flush` once, in the next frame, however often it is asked for before. */
export function framed(flush: () => void): () => void {
  let asked = false;
  const run = () => {
    asked = false;
    flush();
  };
  return () => {
    if (asked) {
      return;
    }
    asked = true;
    if (document.hidden) {
      // A hidden page gets no frames.
      setTimeout(run, HIDDEN_MS);
    } else {
      requestAnimationFrame(run);
    }
  };
}
