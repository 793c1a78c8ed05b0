/** How good pictures are: against their originals one by one, and a set of them against another. */

export { type FeatureInput, FeatureNet, type Seen } from "./feature-net.ts";
export { type Features, frechetDistance } from "./frechet.ts";
export { type KernelDistance, kernelDistance } from "./kernel-distance.ts";
export { lpips } from "./lpips.ts";
export { psnr } from "./psnr.ts";
export { SMALLEST_SSIM, ssim } from "./ssim.ts";
