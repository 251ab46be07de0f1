declare module "worker:text" {
  /** The worker's code, bundled, as text. */
  const text: string;
  export default text;
}
declare module "kernels:packed" {
  /** Both builds of the kernels in turns of `pieceBytes`, strict first, in one gzip stream as base64. */
  export const packed: string;
  export const pieceBytes: number;
  export const strictBytes: number;
}
declare module "comlink/dist/esm/node-adapter.mjs" {
  export default function nodeEndpoint(port: unknown): unknown;
}
