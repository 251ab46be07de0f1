// A row of digits with what the model takes them for.

const SIDE = 28;
const PIXELS = SIDE * SIDE;

/** Shows `count` rows of `test` in `list`. */
export function createDigits(list, test, count) {
  let chosen = [];
  const places = Array.from({ length: count }, () => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = SIDE;
    const answer = document.createElement("p");
    const frame = document.createElement("div");
    frame.append(canvas);
    const item = document.createElement("li");
    item.append(frame, answer);
    list.append(item);
    return { canvas, answer };
  });

  function paint(canvas, row) {
    const context = canvas.getContext("2d");
    const image = context.createImageData(SIDE, SIDE);
    for (let i = 0; i < PIXELS; i++) image.data[4 * i + 3] = test.x[row * PIXELS + i];
    context.putImageData(image, 0, 0);
  }

  return {
    /** Draws other digits; without answers, for those are not known yet. */
    choose() {
      chosen = places.map(() => Math.floor(Math.random() * test.rows));
      places.forEach(({ canvas, answer }, i) => {
        paint(canvas, chosen[i]);
        answer.replaceChildren("?");
        answer.className = "";
      });
    },
    /** The pixels of the digits shown. */
    pixels() {
      const x = new Uint8Array(count * PIXELS);
      chosen.forEach((row, i) => {
        x.set(test.x.subarray(row * PIXELS, (row + 1) * PIXELS), i * PIXELS);
      });
      return x;
    },
    /** Writes the likeliest class below each digit shown. */
    answer(probabilities) {
      const classes = probabilities.length / count;
      places.forEach(({ answer }, i) => {
        const own = probabilities.subarray(i * classes, (i + 1) * classes);
        const best = own.indexOf(Math.max(...own));
        const label = test.y[chosen[i]];
        const right = best === label;
        const note = document.createElement("small");
        note.textContent = right ? `${Math.round(100 * own[best])} %` : `it is ${label}`;
        answer.replaceChildren(String(best), note);
        answer.className = right ? "" : "wrong";
      });
    },
  };
}
