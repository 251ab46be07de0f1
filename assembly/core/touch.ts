// Fetching ahead.

/** Bytes of a line of the cache, and of a matrix that does not stay in the second cache from step to step. */
export const LINE: usize = 64;
const FAR: usize = 524288;

/**
 * Loads a value of every line of a part of a matrix, if all of it has so many bytes that it comes from afar: many lines are then on
 * their way at once, where a product would wait for one after the other.
 */
export function touch(start: usize, bytes: usize, all: usize): void {
  if (all < FAR) return;
  for (const end = start + bytes; start < end; start += LINE) load<i32>(start);
}
