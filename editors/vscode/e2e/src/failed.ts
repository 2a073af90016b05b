// A reporter for Node's test runner: one line of JSON for each test that failed.
import type { TestEvent } from "node:test/reporters";

/** A test that failed. */
export interface Failed {
  name: string;
  file: string;
}

export default async function* failed(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const event of events) {
    if (event.type === "test:fail" && event.data.nesting === 0) {
      const { name, file = "" } = event.data;
      yield `${JSON.stringify({ name, file } satisfies Failed)}\n`;
    }
  }
}
