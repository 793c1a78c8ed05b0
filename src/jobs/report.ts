/** `betalab report`: everything that there is to see of a trained model in one HTML file. */

import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import { makeFolder, writeFileAtomic } from "../runs/index.ts";
import type { Place } from "../trained/index.ts";
import { look } from "./look/looking.ts";
import { makeReport, type ReportSettings } from "./report/make.ts";

export interface ReportOptions extends Place, ReportSettings {
  /** The file. Default: `report.html` in the run. */
  readonly out?: string | undefined;
}

export interface Reported {
  readonly path: string;
  readonly bytes: number;
  /** Steps that the shown weights were trained for. */
  readonly step: number;
}

/** Writes the report of a run, or of an exported model. Throws as opening it and its data does. */
export async function writeReport(path: string, options: ReportOptions = {}): Promise<Reported> {
  return look(path, { ...options, out: undefined }, async (at) => {
    const { html, step } = await makeReport(at, options);
    const out = options.out ?? join(at.opened.path, "report.html");
    makeFolder(dirname(out));
    writeFileAtomic(out, html);
    return { path: out, bytes: statSync(out).size, step };
  });
}
