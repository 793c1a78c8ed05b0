/**
 * Where what a command draws goes: pictures into `figures/` and numbers into `tables/` of the run, or all of it to
 * the place that `--out` names.
 */

import { basename, dirname, extname, join } from "node:path";
import { formatCsv } from "../../base/csv.ts";
import { stringifyJson } from "../../base/json.ts";
import { type Chart, encodePng, type Picture, svgToPng } from "../../figures/node.ts";
import { makeFolder, writeFileAtomic } from "../../runs/index.ts";
import type { OpenModel } from "../../trained/index.ts";

/** What every command that draws returns; commands add their own numbers. */
export interface Drawn {
  /** All that was written, the picture to look at first. */
  readonly paths: readonly string[];
  /** Steps that the shown weights were trained for. */
  readonly step: number;
}

const suffixes = new Set([".png", ".svg", ".gif", ".csv", ".json"]);

/** The figures of one command, under one name. */
export class FigureFiles {
  readonly paths: string[] = [];
  readonly #figures: string;
  readonly #tables: string;
  readonly #stem: string;

  /**
   * @param name of the files: "reconstruct"
   * @param out a folder, or a file (by its suffix) whose name replaces `name`
   */
  constructor({ path }: Pick<OpenModel, "path">, name: string, out: string | undefined) {
    const isFile = out !== undefined && suffixes.has(extname(out).toLowerCase());
    const folder = isFile ? dirname(out) : out;
    this.#figures = folder ?? join(path, "figures");
    this.#tables = folder ?? join(path, "tables");
    this.#stem = isFile ? basename(out, extname(out)) : name;
    for (const one of new Set([this.#figures, this.#tables])) makeFolder(one);
  }

  async picture(picture: Picture, part = ""): Promise<void> {
    this.#write(this.#figures, `${part}.png`, await encodePng(picture));
  }

  /** As SVG, and as PNG at twice its size. */
  chart(chart: Chart, part = ""): void {
    this.#write(this.#figures, `${part}.png`, svgToPng(chart.svg, 2));
    this.#write(this.#figures, `${part}.svg`, chart.svg);
  }

  gif(bytes: Uint8Array, part = ""): void {
    this.#write(this.#figures, `${part}.gif`, bytes);
  }

  /** Comma-separated values with a heading. */
  csv(heading: readonly string[], rows: readonly (readonly (string | number)[])[], part = ""): void {
    this.#write(this.#tables, `${part}.csv`, formatCsv(heading, rows));
  }

  json(value: unknown, part = ""): void {
    this.#write(this.#tables, `${part}.json`, `${stringifyJson(value)}\n`);
  }

  #write(folder: string, end: string, content: Uint8Array | string): void {
    const path = join(folder, this.#stem + end);
    writeFileAtomic(path, content);
    this.paths.push(path);
  }
}
