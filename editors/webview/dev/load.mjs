// Has the view load a whole session, as a user does who goes to its beginning.

/** Loads it and goes to the end again. Gives back how many items the view has then. */
export async function loadAll(page, length) {
  const loaded = () => page.locator(".entries").getAttribute("data-loaded").then(Number);
  let now = await loaded();
  if (now >= length) {
    return now;
  }
  await page.locator(".transcript").focus();
  while (now < length) {
    await page.keyboard.press("Home");
    await page.waitForFunction(
      (count) => Number(document.querySelector(".entries").dataset.loaded) > count,
      now,
    );
    now = await loaded();
  }
  await page.keyboard.press("End");
  return now;
}
