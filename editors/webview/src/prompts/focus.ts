/** Whether a question may take the focus: not from whoever is writing, nor from another question. */

/** Whether the user is at something that must not be left by itself. */
export function isBusy(active: Element | null): boolean {
  const writing = active instanceof HTMLTextAreaElement && active.value !== "";
  return writing || active?.closest(".prompt, .popup") != null;
}
