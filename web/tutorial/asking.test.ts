import { afterEach, expect, test, vi } from "vitest";
import { type Asked, ask } from "./asking.ts";
import type { Outcome } from "./run.ts";
import type { Answer } from "./worker.ts";

afterEach(() => {
  vi.useRealTimers();
});

test("an attempt that is over stays as it ended, whatever an earlier one still says; one without a word is ended", () => {
  vi.useFakeTimers();
  const ended = vi.fn();
  const worker: Asked = { onmessage: null, onerror: null, postMessage() {}, terminate: ended };
  const says = (data: Answer) => (worker.onmessage as ((message: object) => void) | null)?.({ data });
  const found: Outcome[] = [];
  const attempt = (id: number) =>
    ask(
      worker,
      { id, slug: "beta", source: "", files: {} },
      { onOutcome: (outcome) => found.push(outcome), onTraining() {} },
      () => {},
    );
  const outcome = { findings: [{ holds: false, says: "not yet" }] };
  attempt(1);
  attempt(2);
  says({ id: 2, outcome });
  says({ id: 2, done: true });
  says({ id: 1, outcome });
  vi.advanceTimersByTime(60_000);
  expect(found).toEqual([outcome]);
  expect(ended).not.toHaveBeenCalled();

  attempt(3);
  vi.advanceTimersByTime(10_000);
  expect(found.at(-1)!.findings[0]!.says).toMatch(/did not come to an end within 10 seconds/);
  expect(ended).toHaveBeenCalledOnce();
});
