/** The report: a run as one HTML file, with its decoder running inside. */

export { reportAssets } from "./assets.ts";
export type {
  Fact,
  ReportChart,
  ReportContent,
  ReportPicture,
  ReportTable,
  Traversals,
} from "./content.ts";
export type { Live, LiveColoring, LiveLatent, LiveMap } from "./live.ts";
export { encodeFloats, reportPage } from "./page.ts";
export { pageGrid, pictureSheet } from "./pictures.ts";
