/** Pages: what there is to see of runs as one HTML file each. Content in, text out; `node.ts` has what a disk is needed for. */

export type { LiveComparison, LiveSetting } from "./comparison/live.ts";
export { type ComparisonContent, comparisonPage } from "./comparison/page.ts";
export { codeForScript } from "./html.ts";
export { dataUrl, type ImageRows, type PageChart, type PageGrid } from "./parts.ts";
export type { Fact, ReportContent, ReportPicture, ReportTable, Traversals } from "./report/content.ts";
export type { Live, LiveColoring, LiveMap } from "./report/live.ts";
export { reportPage } from "./report/page.ts";
export type { PageAssets } from "./shell.ts";
