import { describe, expect, test } from "vitest";
import { BetalabError, exitStatus, nearest, suggest } from "./errors.ts";

describe("BetalabError", () => {
  test("carries code, message, hint and cause", () => {
    const cause = new Error("below");
    const error = new BetalabError("data", "no pictures in x/", "give --data", { cause });
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe("BetalabError");
    expect([error.code, error.message, error.hint, error.cause]).toEqual([
      "data",
      "no pictures in x/",
      "give --data",
      cause,
    ]);
    expect(new BetalabError("usage", "no").hint).toBeUndefined();
  });

  test("exit statuses: 1 failed, 2 usage, 3 bad data or config, 130 interrupted", () => {
    expect(exitStatus).toEqual({
      usage: 2,
      config: 3,
      data: 3,
      run: 3,
      device: 1,
      shape: 3,
      diverged: 1,
      disk: 1,
      network: 1,
      interrupted: 130,
    });
  });
});

describe("nearest", () => {
  const words = ["train", "resume", "reconstruct", "report", "sample", "sweep"];

  test.each([
    ["trian", "train"], // swapped neighbours are one slip
    ["TRAIN", "train"],
    ["recon", "reconstruct"], // a prefix
    ["sampel", "sample"],
    ["reprot", "report"],
    ["swep", "sweep"],
  ])("%s → %s", (word, expected) => {
    expect(nearest(word, words)).toBe(expected);
  });

  test("nothing is near: undefined", () => {
    expect(nearest("xyzzy", words)).toBeUndefined();
    expect(nearest("anything", [])).toBeUndefined();
  });

  test("the nearest of several wins", () => {
    expect(nearest("beta", ["betas", "bet", "beta", "zeta"])).toBe("beta");
  });
});

test("suggest names the nearest, otherwise all there is", () => {
  expect(suggest("epoch", ["epochs", "seed"])).toBe('did you mean "epochs"?');
  expect(suggest("q", ["cpu", "webgpu"])).toBe("choose one of: cpu, webgpu");
});
