/** The pages of the reference by their paths in the repository, made from the declarations. */

import { readFileSync } from "node:fs";
import { shipped } from "../../src/config/node.ts";
import { describeAll } from "../../src/workbench/index.ts";
import { configPage } from "./config.ts";
import { glossaryPage } from "./glossary.ts";
import { houseSvg, roomsOf } from "./house.ts";
import { jobsPage } from "./jobs.ts";

export async function referencePages(): Promise<Readonly<Record<string, string>>> {
  return {
    "docs/reference/jobs.md": jobsPage(await describeAll()),
    "docs/reference/config.md": configPage(shipped),
    "docs/glossary.md": glossaryPage(),
    "docs/pictures/house.svg": houseSvg(roomsOf(readFileSync("docs/architecture.md", "utf8"))),
  };
}
