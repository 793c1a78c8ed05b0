import { expect, test } from "vitest";
import { labelledSheet } from "./sheet.ts";
import { fontSize } from "./theme.ts";

test("rows of very low images stand as far apart as their names need", () => {
  const images = {
    count: 6,
    height: 3,
    width: 300,
    channels: 1,
    pixels: new Uint8Array(6 * 900).fill(9),
  } as const;
  const { raster, captions } = labelledSheet(images, {
    rows: [0, 1, 2].map((d) => ({ label: `z${d}`, note: "KL 1.00 nats" })),
    columns: 2,
  });
  const [first, second, third] = captions.map(({ y }) => y);
  expect(second! - first!).toBeGreaterThanOrEqual(fontSize.body);
  expect(third! - second!).toBe(second! - first!);
  expect(raster.height).toBeGreaterThan(third!);
});
