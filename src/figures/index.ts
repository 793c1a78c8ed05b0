/** The door of the figures, for Node and the page alike: pictures as pixels and captions. PNG is in `node.ts`. */
export { type FrameOptions, gridFrames, type MovingGrid } from "./animation/frames.ts";
export { type ActivityChartOptions, activityChart } from "./charts/activity.ts";
export { type Bar, type BarChartOptions, barChart } from "./charts/bar.ts";
export type { Axis, Chart, ChartOptions } from "./charts/chart.ts";
export { type CurvesOptions, curvesFigure, type LoggedCurve } from "./charts/curves.ts";
export { type HeatmapOptions, heatmap } from "./charts/heatmap.ts";
export { type IntervalChartOptions, type IntervalPoint, intervalChart } from "./charts/intervals.ts";
export type { LegendEntry } from "./charts/legend.ts";
export { type LineChartOptions, type LineSeries, lineChart } from "./charts/line.ts";
export { type PanelsOptions, panels } from "./charts/panels.ts";
export { type RateDistortionOptions, type RatedGroup, rateDistortion } from "./charts/rate-distortion.ts";
export { categoricalColor, hex } from "./charts/scales.ts";
export { type Categories, type PointValues, type ScatterOptions, scatter } from "./charts/scatter.ts";
export {
  latentBars,
  type UsageOptions,
  type UsedModel,
  usageFigure,
  usageSideBySide,
} from "./charts/usage.ts";
export {
  type Block,
  type BlockLayout,
  type Cell,
  composeCells,
  composeGrid,
  enlargement,
  evenColumns,
  type GridOptions,
  layoutBlocks,
} from "./grid.ts";
export {
  firstOf,
  type ImageFigureOptions,
  pairedCells,
  reconstructionGrid,
  reconstructionPair,
  sampleGrid,
} from "./images.ts";
export { type InterpolationRow, interpolationGridPicture, interpolationStrip } from "./interpolation.ts";
export { formatCoordinate, type ManifoldOptions, manifoldPicture } from "./manifold.ts";
export { type ImageMapOptions, imageMap } from "./map.ts";
export type { Caption, ImageStack, Picture, Raster } from "./raster.ts";
export { labelledSheet, type SheetOptions, type SheetRow } from "./sheet.ts";
export {
  type ColorScale,
  colorAt,
  dark,
  diverging,
  fontFamily,
  fontSize,
  light,
  rgb,
  sequential,
  spacing,
  type Theme,
  themes,
} from "./theme.ts";
export { titled, titleHeight } from "./titled.ts";
