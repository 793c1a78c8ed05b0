/** How large numbers are in memory. */

import type { DType } from "../graph/index.ts";

export const bytesOf: Readonly<Record<DType, number>> = { float32: 4, int32: 4, int64: 8, uint8: 1, bool: 1 };
