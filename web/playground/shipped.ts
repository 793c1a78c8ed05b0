/** The model that comes with the page, so that it is alive before anybody trains: eight bits a weight. */

import { decodeSafetensors, encodeSafetensors, type TensorRecord } from "../../src/base/safetensors.ts";

export interface ShippedModel {
  readonly step: number;
  /** Safetensors, float32. */
  readonly weights: Uint8Array;
}

/** From what `encodeShipped` made; nothing where the site was built without one. */
export async function shippedModel(): Promise<ShippedModel | undefined> {
  const response = await fetch(new URL("model.bin", document.baseURI)).catch(() => undefined);
  if (response?.ok !== true) return undefined;
  const { tensors, metadata } = decodeSafetensors(new Uint8Array(await response.arrayBuffer()), "model.bin");
  const wide = Object.entries(tensors).map(([name, tensor]): [string, TensorRecord] => {
    const scale = Number(metadata[`scale ${name}`]);
    if (tensor.dtype !== "I8") return [name, tensor];
    return [
      name,
      { dtype: "F32", shape: tensor.shape, data: Float32Array.from(tensor.data, (value) => value * scale) },
    ];
  });
  return { step: Number(metadata.step), weights: encodeSafetensors(Object.fromEntries(wide)) };
}
