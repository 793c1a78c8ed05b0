/** A latent that carries less KL is not in use (nats per image). */
export const UNUSED_NATS = 0.01;
