import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";
import { expect, it, vi } from "vitest";
import { temporaryFolder } from "../../../test/helpers/data.ts";
import { openParquet } from "../formats/parquet.ts";
import { scanParquet } from "./parquet.ts";

vi.mock("../formats/parquet.ts", async (original) => {
  const real = await original<typeof import("../formats/parquet.ts")>();
  return { openParquet: vi.fn(real.openParquet) };
});

it("of many files no more than two groups of rows are kept", async () => {
  const folder = temporaryFolder();
  const paths = ["a", "b", "c"].map((name, file) => {
    const data = [0, 1].map((row) => Uint8Array.of(file, row));
    const path = join(folder, `${name}.parquet`);
    writeFileSync(
      path,
      new Uint8Array(parquetWriteBuffer({ columnData: [{ name: "image", data, type: "BYTE_ARRAY" }] })),
    );
    return path;
  });
  const readings: string[] = [];
  const real = vi.mocked(openParquet).getMockImplementation()!;
  vi.mocked(openParquet).mockImplementation(async (path) => {
    const file = await real(path);
    return {
      ...file,
      readGroup(group, columns) {
        readings.push(path.slice(-9, -8));
        return file.readGroup(group, columns);
      },
    };
  });
  const { pictures } = await scanParquet(paths);
  readings.length = 0;
  for (const { read } of pictures) await read();
  expect([...(await pictures[5]!.read())]).toEqual([2, 1]);
  expect([...(await pictures[0]!.read())]).toEqual([0, 0]);
  expect(readings.join("")).toBe("abca");
});
