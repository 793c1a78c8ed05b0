import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../test/helpers/data.ts";
import { recordedPlace } from "./place.ts";

test("a run's data is where it was, or below BETALAB_DATA by what its path ends with", () => {
  const root = temporaryFolder();
  const faces = join(root, "sets", "faces");
  mkdirSync(faces, { recursive: true });
  const environment = { BETALAB_DATA: root };
  expect(recordedPlace("/gone/data/sets/faces", environment)).toBe(faces);
  expect(recordedPlace("C:\\data\\sets\\faces", environment)).toBe(faces);
  expect(recordedPlace(faces, { BETALAB_DATA: "/elsewhere" })).toBe(faces);
  expect(recordedPlace("/gone/faces", { BETALAB_DATA: faces })).toBe(faces);
  expect(recordedPlace("/gone/cats", environment)).toBe("/gone/cats");
  expect(recordedPlace("/gone/faces", {})).toBe("/gone/faces");
  expect(recordedPlace(undefined, environment)).toBeUndefined();
});
