/** From a graph to kernels and their memory, for any machine: what WebAssembly and graphics cards have in common. */

export type { Footprint } from "./arena.ts";
export { type BackEnd, type Ending, type Located, operatorsOf, type Planning } from "./back-end.ts";
export { type ConvolutionShape, shapeOf } from "./convolution.ts";
export type { Sizes } from "./graph.ts";
export { type Indexing, type IndexingKind, indexingOf } from "./indexing.ts";
export { type Address, arrange, type Memory } from "./memory.ts";
export { missingOperator } from "./missing.ts";
export { type Argument, Buffer, type Nest, type NestValue, Pass, type PlacedNest } from "./pass.ts";
export { Planner } from "./planner.ts";
export { collapsed } from "./views.ts";
