/** Whether a question may take the focus: not from whoever is writing, nor from another question. */

/** Whether the user is at something that must not be left by itself, in the view or outside of it. */
export function isBusy(active: Element | null): boolean {
  // Whoever types in a file would answer with the next key.
  if (!document.hasFocus()) {
    return true;
  }
  const writing = active instanceof HTMLTextAreaElement && active.value !== "";
  return writing || active?.closest(".prompt, .popup") != null;
}
