// Measures the main thread of a page by the browser's own tracing.

const CATEGORIES = ["toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline"];

/** Traces the page while `act` goes on. Gives back its frames and what they cost, in milliseconds. */
export async function traced(browser, page, act) {
  const client = await browser.newBrowserCDPSession();
  const events = [];
  client.on("Tracing.dataCollected", ({ value }) => events.push(...value));
  const complete = new Promise((done) => client.once("Tracing.tracingComplete", done));
  await client.send("Tracing.start", {
    transferMode: "ReportEvents",
    traceConfig: { includedCategories: CATEGORIES, recordMode: "recordAsMuchAsPossible" },
  });
  await page.evaluate(() => performance.mark("aside-begin"));
  await act();
  await client.send("Tracing.end");
  await complete;
  await client.detach();
  return figures(events);
}

function figures(events) {
  // The page's main thread is the one that fires its frames.
  const frames = events.filter((event) => event.name === "FireAnimationFrame" && event.ph === "X");
  const threads = new Map();
  for (const { pid, tid } of frames) {
    const key = `${pid}:${tid}`;
    threads.set(key, (threads.get(key) ?? 0) + 1);
  }
  const [main] = [...threads].sort((one, other) => other[1] - one[1])[0] ?? [""];
  const own = (event) => `${event.pid}:${event.tid}` === main && event.ph === "X";
  const named = (name) =>
    events
      .filter((event) => own(event) && event.name === name)
      // The time of the thread, where it is told: another program's work is not the view's.
      .map(({ ts, dur = 0, tdur = dur }) => ({ ts, dur: tdur }));
  const tasks = named("RunTask");
  const all = tasks.length > 0 ? tasks : named("ThreadControllerImpl::RunTask");
  if (all.length === 0) {
    throw new Error("the trace has no tasks of the page's thread");
  }
  const drawn = frames.filter(own).map(({ ts }) => ts);
  const busy = all.reduce((sum, { dur }) => sum + dur, 0) / 1000;
  // What a frame costs is what its thread did since the frame before.
  const costs = drawn.slice(1).map((to, index) => {
    const from = drawn[index];
    const inside = all.filter(({ ts }) => ts >= from && ts < to);
    return inside.reduce((sum, { dur }) => sum + dur, 0) / 1000;
  });
  costs.sort((one, other) => one - other);
  const at = (share) => costs[Math.min(costs.length - 1, Math.floor(costs.length * share))] ?? 0;
  return {
    frames: drawn.length,
    meanMs: busy / Math.max(1, drawn.length),
    medianMs: at(0.5),
    p95Ms: at(0.95),
  };
}
