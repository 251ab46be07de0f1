// The export table: one line per kernel file, nothing else lives here.
export * from "./layers/dense";
