/** TensorBoard's event file of a run: written whole from what lies in the run, and line by line while it trains. */

import { appendFileSync, readdirSync, truncateSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { AtomicFile, makeFolder, onDisk, removeFile } from "../../base/disk.ts";
import { plural } from "../../base/format.ts";
import type { MetricRecord, RunDirectory } from "../../runs/index.ts";
import type { Teller } from "../events.ts";
import { epochPictures } from "../pictures.ts";
import { beginning, eventFileName, isEventFile, pictureEvent, recordEvent } from "./event-file.ts";
import { clockOf, type RunLog } from "./log.ts";

/** The run's own folder of it. */
export const eventFolder = (run: RunDirectory): string => run.in("tensorboard");

/** Writes all that the run has so far; it is visible whole. In the run's own folder it is then the only one of ours. */
export function writeEventFile(run: RunDirectory, path: string, tell: Pick<Teller, "stage" | "note">) {
  const records = run.metrics.read();
  // Those of an epoch belong to the step of its held-out record.
  const pictures = epochPictures(run);
  const at = clockOf(run);
  const count = { scalars: 0, histograms: 0, images: 0 };
  makeFolder(dirname(path));
  const file = new AtomicFile(path);
  try {
    file.write(beginning(at(0)));
    for (const [i, record] of records.entries()) {
      tell.stage({ stage: "writing records", done: i, total: records.length });
      const { step } = record;
      const { bytes, scalars, histograms, missing, latents } = recordEvent(record, at(step));
      file.write(bytes);
      count.scalars += scalars;
      count.histograms += histograms;
      if (missing > 0) {
        tell.note(
          `step ${step}: the histogram is without the KL of ${missing} of ${plural(latents, "latent")}, which is not finite`,
        );
      }
      if (record.split !== "heldOut") continue;
      for (const { path } of pictures.filter(({ epoch }) => epoch === record.epoch)) {
        const picture = pictureEvent(path, step, at(step));
        if (typeof picture === "string") {
          tell.note(`${path} is left out: ${picture}`);
          continue;
        }
        file.write(picture);
        count.images++;
      }
    }
    const heldOut = new Set(records.filter(({ split }) => split === "heldOut").map(({ epoch }) => epoch));
    for (const { path } of pictures.filter(({ epoch }) => !heldOut.has(epoch))) {
      tell.note(`${path} is left out: no held-out record says after which step it was drawn`);
    }
    file.commit();
  } finally {
    file.abort();
  }
  if (dirname(path) === eventFolder(run)) clearOthers(path);
  return count;
}

/** Empties our other event files beside it. The newest stays, since a TensorBoard that watches it would not go on without it. */
function clearOthers(path: string): void {
  const folder = dirname(path);
  const others = readdirSync(folder).filter((name) => isEventFile(name) && name !== basename(path));
  for (const name of others.toSorted().slice(0, -1)) removeFile(join(folder, name));
  for (const name of others.toSorted().slice(-1)) truncateSync(join(folder, name));
}

/**
 * A new file with what a resumed run kept, to which the rest is appended: nothing stands twice, and a TensorBoard that watches
 * goes on to it.
 */
export class EventFile implements Pick<RunLog, "record" | "pictures"> {
  readonly #path: string;

  constructor(run: RunDirectory) {
    this.#path = join(eventFolder(run), eventFileName(Date.now() / 1000));
    writeEventFile(run, this.#path, { stage: () => {}, note: () => {} });
  }

  record(record: MetricRecord): void {
    this.#append(recordEvent(record, Date.now() / 1000).bytes);
  }

  pictures(step: number, paths: readonly string[]): void {
    for (const path of paths) {
      const event = pictureEvent(path, step, Date.now() / 1000);
      if (typeof event !== "string") this.#append(event);
    }
  }

  #append(bytes: Uint8Array): void {
    onDisk(this.#path, () => appendFileSync(this.#path, bytes), bytes.length);
  }
}
