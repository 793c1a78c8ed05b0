/** What a GPU that does not work lacks: the pieces that its provider needs, looked for one after the other. */

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import type { Device } from "./runtime.ts";

/** Where things are; `here` is this machine, and tests describe others. */
export interface Surroundings {
  readonly platform: string;
  readonly arch: string;
  /** Whether a shared library of that name can be loaded. */
  hasLibrary(name: string): boolean;
  /** Files that describe a Vulkan driver each. */
  readonly vulkanDrivers: readonly string[];
  /** The script of `onnxruntime-node` that fetches CUDA's provider, and whether the provider is there. */
  readonly cuda: { readonly installer: string; readonly fetched: boolean };
}

/** What is missing for a device that does not work, and what brings it; without a guess, how to look further. */
export function missingPiece(device: Exclude<Device, "cpu">, surroundings: Surroundings = here()): string {
  return device === "webgpu" ? forWebGpu(surroundings) : forCuda(surroundings);
}

function forWebGpu({ platform, hasLibrary, vulkanDrivers }: Surroundings): string {
  if (platform !== "linux") return "WebGPU needs a GPU and its driver: update the graphics driver";
  if (!hasLibrary("libvulkan.so.1")) {
    return "libvulkan.so.1, which loads Vulkan's drivers, is missing: apt-get install libvulkan1";
  }
  const [first] = vulkanDrivers;
  if (first === undefined) {
    return "no Vulkan driver is installed: apt-get install mesa-vulkan-drivers for Intel and AMD; NVIDIA's comes with its own driver (a container needs NVIDIA_DRIVER_CAPABILITIES=all)";
  }
  if (/nvidia/i.test(first)) {
    const missing = ["libX11.so.6", "libXext.so.6", "libEGL.so.1", "libGLX.so.0"].filter(
      (name) => !hasLibrary(name),
    );
    if (missing.length > 0) {
      return `${first}: NVIDIA's Vulkan driver also loads ${missing.join(", ")}, without a screen too: apt-get install libx11-6 libxext6 libegl1 libgl1`;
    }
  }
  return `the driver of ${first} does not start: vulkaninfo (apt-get install vulkan-tools) says why`;
}

function forCuda({ platform, arch, hasLibrary, cuda }: Surroundings): string {
  if (platform !== "linux" || arch !== "x64") {
    return "CUDA's provider exists for Linux x64 alone: the GPU's device is webgpu here";
  }
  if (!cuda.fetched) {
    return `CUDA's provider is not in the npm package: node ${cuda.installer} --onnxruntime-node-install=cuda12 fetches it from nuget.org; it needs CUDA 12 and cuDNN 9`;
  }
  const missing = ["libcudart.so.12", "libcublas.so.12", "libcudnn.so.9"].filter((name) => !hasLibrary(name));
  return missing.length > 0
    ? `${missing.join(", ")} can't be loaded: install CUDA 12 and cuDNN 9, and name their folder in LD_LIBRARY_PATH`
    : "CUDA's libraries are there: nvidia-smi says whether the driver sees the GPU";
}

function here(): Surroundings {
  const { platform, arch, env } = process;
  const named = env.VK_DRIVER_FILES ?? env.VK_ICD_FILENAMES;
  const folders = ["/etc/vulkan/icd.d", "/usr/share/vulkan/icd.d", "/usr/local/share/vulkan/icd.d"];
  const installer = installerOfCuda();
  // Its folder has the number of Node's interface for binaries in its name.
  const bin = join(dirname(dirname(installer)), "bin");
  const provider = join(platform, arch, "libonnxruntime_providers_cuda.so");
  return {
    platform,
    arch,
    hasLibrary: libraries(),
    vulkanDrivers:
      named?.split(delimiter) ??
      folders.filter(existsSync).flatMap((folder) => readdirSync(folder).map((file) => join(folder, file))),
    cuda: {
      installer,
      fetched: existsSync(bin) && readdirSync(bin).some((folder) => existsSync(join(bin, folder, provider))),
    },
  };
}

const require = createRequire(import.meta.url);

/** Where it is, or would be: the package is an optional one. */
function installerOfCuda(): string {
  try {
    return require.resolve("onnxruntime-node/script/install.js");
  } catch {
    return "node_modules/onnxruntime-node/script/install.js";
  }
}

/** What the loader finds: in LD_LIBRARY_PATH, or in its cache. */
function libraries(): Surroundings["hasLibrary"] {
  const folders = (process.env.LD_LIBRARY_PATH ?? "").split(delimiter).filter(Boolean);
  let cache = "";
  try {
    cache = execFileSync("/sbin/ldconfig", ["-p"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  } catch {
    // A system without that cache (Alpine, NixOS): only the folders count.
  }
  return (name) => folders.some((folder) => existsSync(join(folder, name))) || cache.includes(`\t${name} `);
}
