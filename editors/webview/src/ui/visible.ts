/** Text that others wrote, so that it cannot look like another. Pure. */

/** Controls, what turns the direction of writing, what is not seen at all, and letters that are blank. */
const HIDDEN = /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0]/gu;

/** The text with the numbers of letters that would not be seen, or would move others: `<U+202E>`. */
export function visible(text: string): string {
  return text.replace(
    HIDDEN,
    (letter) => `<U+${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}>`,
  );
}
