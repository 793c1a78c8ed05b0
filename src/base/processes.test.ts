import { totalmem } from "node:os";
import { expect, test, vi } from "vitest";
import { allocatedMemory } from "./processes.ts";

test("a container's limit is the memory there is; without one it is the machine's", () => {
  const limit = vi.spyOn(process, "constrainedMemory");
  limit.mockReturnValue(2 ** 30);
  expect(allocatedMemory()).toBe(2 ** 30);
  for (const none of [0, 2 ** 64]) {
    limit.mockReturnValue(none);
    expect(allocatedMemory()).toBe(totalmem());
  }
  limit.mockRestore();
});
