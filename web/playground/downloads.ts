/** What a person takes along: config, run, model. */

import { stringify } from "yaml";
import type { Config } from "../../src/config/index.ts";
import { download } from "../dom.ts";
import type { Model } from "./model.svelte.ts";
import { zippedRun } from "./run-files.ts";

export async function saveConfig(config: Config): Promise<void> {
  download(new Blob([stringify(config)], { type: "application/yaml" }), `${config.name}.yaml`);
}

export async function saveRun(model: Model): Promise<void> {
  download(await zippedRun(model, await model.files()), `${model.config.name}.zip`);
}

export async function saveReport(model: Model): Promise<void> {
  const { reportOf } = await import("./report.ts");
  const html = await reportOf(model, await model.files());
  download(new Blob([html], { type: "text/html" }), `${model.config.name}-report.html`);
}

/** One of the exported model's files. Throws when nothing was trained yet. */
export async function saveFile(model: Model, name: string): Promise<void> {
  const { model: files } = await model.files();
  const { bytes } = files.find((file) => file.name === name)!;
  download(new Blob([bytes as BlobPart]), `${model.config.name}-${name}`);
}
