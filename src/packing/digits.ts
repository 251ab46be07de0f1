// Answers out of a text of digits of six bits: a range coder.
import type { Decide } from "./model.js";

/** Digits are the characters from # to c, but for the backslash. */
const [FIRST, BACKSLASH] = [35, 92] as const;

export function readDigits(text: string): Decide {
  // Numbers that closures change are objects to an engine; those of an array are not.
  const [CODE, RANGE] = [0, 1] as const;
  const state = Int32Array.of(0, 1);
  let at = 0;
  return (chance) => {
    let [code, range] = [state[CODE]!, state[RANGE]!];
    // At the beginning this takes in the first digits.
    while (range < 1 << 24) {
      range <<= 6;
      const character = text.charCodeAt(at++);
      code = (code << 6) | (character - FIRST - Number(character > BACKSLASH));
    }
    const bound = (range >>> 16) * chance;
    const answer = Number(code < bound);
    state[CODE] = answer ? code : code - bound;
    state[RANGE] = answer ? bound : range - bound;
    return answer;
  };
}
