import { expect, test } from "vitest";
import { arrays } from "../data/index.ts";
import { fewStepsNotes } from "./training-notes.ts";

const notesOf = (count: number, batchSize: number, epochs: number, origin?: string) => {
  const images = new Uint8Array(count);
  const data = arrays({ images, shape: [count, 1, 1] });
  return fewStepsNotes(
    { data: { ...data, train: { images: { ...data.train.images, count } } }, batchSize, epochs },
    origin,
  );
};

test("a preset's epochs on few images are said to be few steps, with the epochs that make a thousand", () => {
  expect(notesOf(59, 16, 60, "preset folder")).toEqual([
    "the whole training is 180 steps, 60 epochs of 3 (59 training images in batches of 16), " +
      "which is few to learn from: training.epochs 334 makes 1,000; more images are better still",
  ]);
  expect(notesOf(16, 16, 1)[0]).toContain("is 1 step, 1 epoch of 1 (16 training");
});

test("nothing is said from 1,000 steps on, and of epochs that whoever trains chose", () => {
  expect(notesOf(160, 16, 100, "preset folder-128")).toEqual([]);
  expect(notesOf(160, 16, 99, "preset folder-128")).toHaveLength(1);
  expect(notesOf(160, 16, 2, "option epochs")).toEqual([]);
  expect(notesOf(160, 16, 2, "option set")).toEqual([]);
  expect(notesOf(160, 16, 2, "mine.yaml")).toHaveLength(1);
});
