import { afterEach, expect, test, vi } from "vitest";
import { attempt } from "./attempts.ts";
import type { Outcome } from "./run.ts";
import type { Answer, Attempt } from "./worker.ts";

/** A worker that says what the test has it say. */
class Fake {
  static readonly made: Fake[] = [];
  onmessage: ((message: { data: Answer }) => void) | null = null;
  onerror: unknown;
  isEnded = false;
  readonly asked: Attempt[] = [];
  constructor() {
    Fake.made.push(this);
  }
  postMessage(given: Attempt): void {
    this.asked.push(given);
  }
  terminate(): void {
    this.isEnded = true;
  }
  says(data: Answer): void {
    this.onmessage?.({ data });
  }
}

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("an attempt that is over stays as it ended, whatever an earlier one still says; one without a word is ended", () => {
  vi.useFakeTimers();
  vi.stubGlobal("Worker", Fake);
  const given = { slug: "beta", source: "", files: {} };
  const found: Outcome[] = [];
  const listener = { onOutcome: (outcome: Outcome) => found.push(outcome), onTraining() {} };
  const outcome = { findings: [{ holds: false, says: "not yet" }] };
  attempt(given, listener);
  attempt(given, listener);
  const worker = Fake.made[0]!;
  const [first, second] = worker.asked as [Attempt, Attempt];
  worker.says({ id: second.id, outcome });
  worker.says({ id: second.id, done: true });
  worker.says({ id: first.id, outcome });
  vi.advanceTimersByTime(60_000);
  expect(found).toEqual([outcome]);
  expect(worker.isEnded).toBe(false);

  attempt(given, listener);
  vi.advanceTimersByTime(10_000);
  expect(found.at(-1)!.findings[0]!.says).toMatch(/did not come to an end within 10 seconds/);
  expect(worker.isEnded).toBe(true);
});
