declare module "worker:text" {
  /** The worker's code, bundled, as text. */
  const text: string;
  export default text;
}
declare module "kernels:packed" {
  /** Both builds of the kernels, strict first, as packing/kernels.ts takes them. */
  export const packed: string;
  /** How many bytes of each stand before its code. */
  export const heads: readonly number[];
}
declare module "kernels:names" {
  /** Names of kernels by what a bundle has in their place. */
  export const names: Readonly<Record<string, string>>;
}
declare module "comlink/dist/esm/node-adapter.mjs" {
  export default function nodeEndpoint(port: unknown): unknown;
}
