declare module "kernels:bytes" {
  /** The two builds as they were compiled, not packed. */
  export const strict: Uint8Array;
  export const fast: Uint8Array;
}
