/** The folder of a studio, before anything heavy is loaded. */

import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { makeFolder } from "../base/disk.ts";
import { BetalabError } from "../base/errors.ts";

export interface StudioOptions {
  /** The folder of the runs; it is made where it is absent. */
  readonly folder: string;
  /** Nothing is started, stopped or deleted. Default: false. */
  readonly readOnly?: boolean;
  /** A module that brings what a user has; default: `betalab.config.js` of the working directory. */
  readonly configModule?: string | undefined;
  /** Default: `process.env`. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** Makes the folder. Throws BetalabError "usage" where it is a run itself; "disk". */
export function checkFolder(folder: string): void {
  if (existsSync(join(folder, "run.json"))) {
    throw new BetalabError("usage", `${folder} is a run`, "give the folder that holds it");
  }
  makeFolder(folder);
}

/** What a page calls the folder: as it was given; a path of dots (`.`, `../..`) tells nobody where they are, its name does. */
export const folderTitle = (given: string, root: string): string =>
  /^[./\\]+$/.test(given) ? basename(root) || root : given;
