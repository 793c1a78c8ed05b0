/** Where the elements of a tensor lie: in a buffer, from an offset on, a stride per axis; all counted in elements. */

import { strides as denseStrides, elementCount } from "../graph/index.ts";

export interface View {
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

export function denseView(shape: readonly number[]): View {
  return { offset: 0, shape, strides: denseStrides(shape) };
}

/** Whether the elements lie one after another, in their order. */
export function isDense({ shape, strides }: View): boolean {
  const dense = denseStrides(shape);
  return shape.every((size, axis) => size === 1 || strides[axis] === dense[axis]);
}

/** Strides of a view over a shape that it broadcasts to. */
export function stretchedOver({ shape, strides }: View, over: readonly number[]): number[] {
  const missing = over.length - shape.length;
  return over.map((_, axis) =>
    axis < missing || shape[axis - missing] === 1 ? 0 : strides[axis - missing]!,
  );
}

/** Another shape over the same elements; undefined where the strides don't allow it. */
function reshaped(view: View, shape: readonly number[]): View | undefined {
  if (elementCount(shape) === 0 || isDense(view)) return { ...denseView(shape), offset: view.offset };
  // Axes of size 1 come and go.
  const kept = view.shape.flatMap((size, axis) =>
    size === 1 ? [] : [{ size, stride: view.strides[axis]! }],
  );
  const wanted = shape.filter((size) => size !== 1);
  if (wanted.length !== kept.length || wanted.some((size, i) => size !== kept[i]!.size)) return undefined;
  let next = 0;
  return {
    offset: view.offset,
    shape,
    strides: shape.map((size) => (size === 1 ? 0 : kept[next++]!.stride)),
  };
}

/**
 * The fewest axes that all of `lists`, strides over `shape`, allow: neighbours that every list runs through as
 * through one are joined, axes of size 1 left out. At least one axis is left.
 */
export function collapsed(
  shape: readonly number[],
  lists: readonly (readonly number[])[],
): { sizes: number[]; lists: number[][] } {
  const sizes: number[] = [];
  const result: number[][] = lists.map(() => []);
  shape.forEach((size, axis) => {
    if (size === 1) return;
    const joins = sizes.length > 0 && lists.every((list, i) => result[i]!.at(-1) === list[axis]! * size);
    if (joins) sizes[sizes.length - 1]! *= size;
    else sizes.push(size);
    lists.forEach((list, i) => {
      if (joins) result[i]!.pop();
      result[i]!.push(list[axis]!);
    });
  });
  return sizes.length > 0 ? { sizes, lists: result } : { sizes: [1], lists: lists.map(() => [0]) };
}

type Show = (view: View, attributes: unknown, shape: readonly number[]) => View | undefined;

/** Operators that only look at their operand in another way. */
export const views: Readonly<Record<string, Show>> = {
  reshape: (view, _, shape) => reshaped(view, shape),
  transpose({ offset, strides }, attributes, shape) {
    const { order } = attributes as { order: readonly number[] };
    return { offset, shape, strides: order.map((axis) => strides[axis]!) };
  },
  slice({ offset, strides }, attributes, shape) {
    const { axis, start } = attributes as { axis: number; start: number };
    return { offset: offset + start * strides[axis]!, shape, strides };
  },
  broadcastTo: (view, _, shape) => ({ offset: view.offset, shape, strides: stretchedOver(view, shape) }),
};
