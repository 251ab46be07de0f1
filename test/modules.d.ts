declare module "kernels:bytes" {
  /** The two builds as they were compiled, not packed. */
  export const strict: Uint8Array;
  export const fast: Uint8Array;
}
declare module "kernels:numbers" {
  /** What the worker's text has in place of a kernel's name, by name. */
  export const numbers: Readonly<Record<string, number>>;
}
