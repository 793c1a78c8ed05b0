/** Tensors that are put together from others: copies into one buffer, whatever the back end. */

import type { Tensor } from "../graph/index.ts";
import type { Kernel, PlanOperator } from "./back-end.ts";
import { denseView } from "./views.ts";

export const joins: Readonly<Record<"concatenate" | "pad", PlanOperator<Kernel>>> = {
  concatenate(planning, tensor) {
    const { axis } = tensor.attributes as { axis: number };
    const whole = denseView(planning.shape(tensor));
    const buffer = planning.buffer(tensor);
    let start = 0;
    for (const part of planning.inputs(tensor)) {
      const shape = planning.shape(part);
      planning.copy(part, shape, { buffer, view: { ...whole, offset: start * whole.strides[axis]! } });
      start += shape[axis]!;
    }
    planning.made(tensor, buffer);
  },
  pad(planning, tensor) {
    const { axis, before, after } = tensor.attributes as { axis: number; before: number; after: number };
    const [x] = planning.inputs(tensor) as [Tensor];
    const whole = denseView(planning.shape(tensor));
    const buffer = planning.buffer(tensor);
    let start = 0;
    for (const [part, size] of [
      [{ zeros: tensor.dtype }, before],
      [x, planning.shape(x)[axis]!],
      [{ zeros: tensor.dtype }, after],
    ] as const) {
      const shape = whole.shape.with(axis, size);
      const view = { ...whole, offset: start * whole.strides[axis]! };
      if (size > 0) planning.copy(part, shape, { buffer, view });
      start += size;
    }
    planning.made(tensor, buffer);
  },
};
