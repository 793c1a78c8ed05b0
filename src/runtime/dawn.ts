/** WebGPU in Node: Dawn, which is Chromium's too, from the package `webgpu`. */

import { createRequire } from "node:module";
import { BetalabError } from "../base/errors.ts";
import type { Adapter, Gpu } from "./webgpu.ts";

/** Our shaders stay within their arguments; a page's WebGPU checks every address, which took a fifth of an MLP's step on a card. */
const OPTIONS = ["enable-dawn-features=disable_robustness"];

/** Dawn ends the process when what came from these is used after they are gone. */
let gpu: Gpu | undefined;
const adapters: Adapter[] = [];

/** Whether the package is there. */
export function hasDawn(): boolean {
  try {
    createRequire(import.meta.url).resolve("webgpu");
    return true;
  } catch {
    return false;
  }
}

/** @throws BetalabError "device" without the package, or where it finds no GPU */
export async function requestAdapter(): Promise<Adapter> {
  if (!hasDawn())
    throw new BetalabError("device", "the package webgpu is not installed", "npm install webgpu brings it");
  const { create } = (await import("webgpu")) as unknown as { create(options: readonly string[]): Gpu };
  gpu ??= create(OPTIONS);
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (adapter === null) throw new BetalabError("device", "WebGPU finds no GPU here");
  adapters.push(adapter);
  return adapter;
}
