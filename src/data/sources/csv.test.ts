import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { failure, temporaryFolder } from "../../../test/helpers/data.ts";
import { joinSplits, takeImages } from "../index.ts";
import { openDataset } from "../node.ts";

async function open(text: string, options: object = {}, gzip = false) {
  const path = join(temporaryFolder(), gzip ? "train.csv.gz" : "train.csv");
  writeFileSync(path, gzip ? gzipSync(text) : text);
  const data = await openDataset(
    { source: "csv", path, shape: [2, 2], ...options },
    { cacheDirectory: temporaryFolder() },
  );
  const { images, labels } = joinSplits(data.train, data.heldOut);
  const found = Array.from({ length: images.count }, (_, i) => [
    labels?.names[labels.values[i]!],
    ...takeImages(images, [i]).pixels,
  ]);
  return { rows: found.sort((a, b) => Number(a[1]) - Number(b[1])), notes: data.notes };
}

const rows = [
  ["7", 0, 128, 255, 1],
  ["0", 9, 8, 7, 200],
];

describe("csv", () => {
  it("Kaggle's MNIST: a line of names, the label first; plain, gzip, with Windows' line ends and quotes", async () => {
    const text = "label,pixel0,pixel1,pixel2,pixel3\n7,0,128,255,1\n0,9,8,7,200\n";
    const { rows: read, notes } = await open(text);
    expect(read).toEqual(rows);
    expect(notes).toContain("float64, 0…255 read as [0, 255]");
    expect((await open(text, {}, true)).rows).toEqual(rows);
    expect((await open(text.replaceAll("\n", "\r\n").replace("7,0", '"7","0"'))).rows).toEqual(rows);
    expect((await open(text, { labels: "none" })).rows[0]![0]).toBeUndefined();
  });

  it("without names every column is a pixel, and the hint for the shape works", async () => {
    const { rows: read } = await open("0,0.5,1,0.2\n0.4,0,0,1");
    expect(read).toEqual([
      [undefined, 0, 128, 255, 51],
      [undefined, 102, 0, 0, 255],
    ]);
    const error = await failure("data", () => open("0,0.5,1,0.2\n1,0,0,1", { shape: undefined }));
    expect(error.hint).toContain("data.shape: [2, 2]");
  });

  it("the numbers of the columns, which pandas writes in the place of names, are no image", async () => {
    const { rows: read } = await open("0,1,2,3\n7,0,0,255\n9,8,7,200\n");
    expect(read.map(([, ...pixels]) => pixels)).toEqual([
      [7, 0, 0, 255],
      [9, 8, 7, 200],
    ]);
  });

  it("columns that were sorted as words are refused", async () => {
    const { message } = await failure("data", () => open("label,p0,p1,p10,p2\n7,0,128,255,1\n"));
    expect(message).toBe("train.csv: the column p2 comes after p10: the pixels are not in order");
  });

  it("a comma beside semicolons is a decimal's: refused, not two numbers", async () => {
    expect((await open("0;128;255;1\n9;8;7;0\n")).rows[0]!.slice(1)).toEqual([0, 128, 255, 1]);
    const { message } = await failure("data", () => open("a;b;c;d\n0,5;0,25;1,0;0,75\n"));
    expect(message).toContain('row 2, column 1: "0,5" is not a number');
  });

  it("names the row that is no row of numbers", async () => {
    const short = await failure("data", () => open("1,2,3,4\n1,2,3\n"));
    expect(short.message).toBe("train.csv: row 2 has 3 values, the first has 4");
    const word = await failure("data", () => open("a,b,c,d\n1,2,x,4\n"));
    expect(word.message).toBe('train.csv: row 2, column 3: "x" is not a number');
    expect((await failure("data", () => open(""))).message).toBe("train.csv: it is empty");
  });
});
