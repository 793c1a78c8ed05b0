/** The latent room: a trained model to encode, decode, reconstruct and sample with. Runs anywhere. */

export { type ImageArray, LatentModel, type Posteriors, priorDraws, takeImages } from "./model.ts";
export { decoderProgram, encoderProgram, type Half } from "./programs.ts";
