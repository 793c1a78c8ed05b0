/**
 * Parameters that are updated together. A net has many tensors of a few hundred numbers (biases, batch norm), and
 * ten operators for each cost as much as the update of a large matrix. Those of one group are laid end to end
 * for the optimiser, which treats every element alike; the model still sees each by itself, and so do files. Layers
 * that are one product (mean and log-variance) declare their matrices one after the other: those go together, too.
 */

import {
  concatenate,
  elementCount,
  plainValue,
  reshape,
  sameShape,
  slice,
  type Tensor,
  withGradient,
} from "../graph/index.ts";
import { fill, type StateSpec, type Updatable } from "../nn/index.ts";

/** Parameters of at most this many elements are packed. */
export const PACKED = 4096;

/** What the optimiser updates as one tensor. */
export interface Block extends Updatable {
  /** The parameters, by name, once the block has become `updated`. */
  unpack(updated: Tensor): Map<string, Tensor>;
}

export function pack(group: string, parameters: readonly Updatable[], atMost: number): Block[] {
  const blocks: Block[] = [];
  const small: Updatable[] = [];
  for (let i = 0; i < parameters.length; ) {
    const first = parameters[i]!;
    const { name, shape } = first.spec;
    const sameAs = (next: Updatable | undefined) => next !== undefined && sameShape(next.spec.shape, shape);
    let end = i + 1;
    while (shape.length === 2 && sameAs(parameters[end])) end++;
    const members = parameters.slice(i, end);
    i = end;
    if (members.length > 1) blocks.push(joined(members.map(({ spec }) => spec.name).join("+"), members));
    else if (elementCount(shape) <= atMost) small.push(first);
    else blocks.push({ ...first, unpack: (updated) => new Map([[name, updated]]) });
  }
  if (small.length === 0) return blocks;
  const flat = (x: Tensor) => reshape(x, [elementCount(x.shape as number[])]);
  return [...blocks, joined(`small.${group}`, small, flat)];
}

/** One block out of several parameters, one after another along the first axis of what `view` makes of each. */
function joined(name: string, members: readonly Updatable[], view = (x: Tensor) => x): Block {
  const parts = members.map(({ parameter }) => view(plainValue(parameter)));
  const parameter = concatenate(parts, 0);
  const gradients = members.map(({ gradient }) => view(gradient));
  const spec: StateSpec = {
    name,
    shape: parameter.shape as number[],
    initializer: fill(0),
    kind: "parameter",
    members: members.map(({ spec }) => spec),
  };
  return {
    spec,
    parameter,
    gradient: concatenate(gradients, 0),
    unpack(updated) {
      let start = 0;
      return new Map(
        members.map(({ spec }, i) => {
          const end = start + (parts[i]!.shape[0] as number);
          const own = reshape(slice(updated, 0, start, end), spec.shape);
          start = end;
          // A tensor of its own: a net that reshapes it would otherwise reshape the slice, past what is differentiated.
          return [spec.name, withGradient(own, [own], (gradient) => [gradient])];
        }),
      );
    },
  };
}
