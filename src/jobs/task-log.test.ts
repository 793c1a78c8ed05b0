import { expect, test } from "vitest";
import type { JobEvent, TaskProgress } from "./events.ts";
import { taskFollower } from "./task-log.ts";

test("while the first step compiles, a run is training, from where it goes on, and no longer at its data", () => {
  const seen: TaskProgress[] = [];
  const hear = taskFollower({ log: () => {}, note: () => {}, progress: (progress) => seen.push(progress) });
  hear({ type: "stage", stage: "reading images", done: 10, total: 10 });
  hear({ type: "start", step: 40, totalSteps: 100, stepsPerEpoch: 20 } as JobEvent);
  expect(seen).toEqual([
    { stage: "reading images", done: 10, total: 10 },
    { stage: "training", done: 40, total: 100 },
  ]);
});
