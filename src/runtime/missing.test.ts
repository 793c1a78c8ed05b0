import { expect, test } from "vitest";
import { missingPiece, type Surroundings } from "./missing.ts";

const all = {
  platform: "linux",
  arch: "x64",
  hasLibrary: () => true,
  vulkanDrivers: ["/usr/share/vulkan/icd.d/nvidia_icd.json"],
  cuda: { installer: "/m/onnxruntime-node/script/install.js", fetched: true },
} satisfies Surroundings;
const without = (name: string) => (library: string) => library !== name;

test.each([
  [{ ...all, platform: "win32" }, /update the graphics driver/],
  [{ ...all, hasLibrary: without("libvulkan.so.1") }, /^libvulkan.so.1, .* apt-get install libvulkan1$/],
  [{ ...all, vulkanDrivers: [] }, /^no Vulkan driver is installed: apt-get install mesa-vulkan-drivers/],
  [{ ...all, hasLibrary: without("libXext.so.6") }, /also loads libXext.so.6, without a screen too/],
  [all, /^the driver of \S*nvidia_icd.json does not start: vulkaninfo/],
])("WebGPU lacks one piece after the other (%#)", (surroundings, expected) => {
  expect(missingPiece("webgpu", surroundings)).toMatch(expected);
});

test.each([
  [{ ...all, arch: "arm64" }, /Linux x64 alone: the GPU's device is webgpu/],
  [
    { ...all, cuda: { ...all.cuda, fetched: false } },
    /^CUDA's provider .*: node \/m\/onnxruntime-node\/script\/install.js --onnxruntime-node-install=cuda12 fetches it/,
  ],
  [{ ...all, hasLibrary: without("libcudnn.so.9") }, /^libcudnn.so.9 can't be loaded/],
  [all, /nvidia-smi/],
])("CUDA lacks one piece after the other (%#)", (surroundings, expected) => {
  expect(missingPiece("cuda", surroundings)).toMatch(expected);
});
