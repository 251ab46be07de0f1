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
    const item = document.createElement("li");
    item.append(canvas, answer);
    list.append(item);
    return { canvas, answer };
  });

  function paint(canvas, row) {
    const context = canvas.getContext("2d");
    const image = context.createImageData(SIDE, SIDE);
    for (let i = 0; i < PIXELS; i++) image.data.set([...Array(3).fill(255 - test.x[row * PIXELS + i]), 255], 4 * i);
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
        const share = document.createElement("small");
        share.textContent = `${Math.round(100 * own[best])} %`;
        answer.replaceChildren(String(best), share);
        const label = test.y[chosen[i]];
        answer.className = best === label ? "" : "wrong";
        answer.title = best === label ? "" : `It is a ${label}.`;
      });
    },
  };
}
